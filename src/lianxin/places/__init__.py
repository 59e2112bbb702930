"""Places: the grid tree, boundaries, addresses, and which grid a point lies in."""
