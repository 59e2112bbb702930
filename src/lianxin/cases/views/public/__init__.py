"""Pages of residents and the public."""
