"""Covering faces, plates and papers of a photo before the public sees it."""
