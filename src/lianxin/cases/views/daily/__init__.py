"""The day at a glance: a page for everybody in a post, and whether it comes by e-mail."""
