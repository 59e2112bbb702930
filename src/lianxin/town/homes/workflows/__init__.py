"""Workflows and kinds of case, kept by an administrator: read, tried, published, all without code."""
