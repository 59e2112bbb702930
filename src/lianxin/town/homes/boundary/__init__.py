"""Boundaries: drawn and edited on a map or in a table, and their history."""
