"""Pages of sites: the list and one of them, the forms to change it, its plate and where that leads."""
