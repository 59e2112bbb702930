"""Saved views: the strip above the inbox, and the page on which one keeps them in order."""
