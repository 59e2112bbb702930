"""The one case page, and its transitions."""
