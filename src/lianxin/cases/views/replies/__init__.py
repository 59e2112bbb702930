"""Reply texts: the page on which one keeps them, and picking one in the form of an act."""
