"""Signing in and out, choosing a post."""
