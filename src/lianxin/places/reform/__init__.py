"""Grids that end in others (网格调整): merged, or taken under another code, with all that is docked to them."""
