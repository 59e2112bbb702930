"""Bringing tables in and taking them out, in the page: for those who set up the town."""
