"""Grids that change over time: renamed, merged, given another code; what one was, and what it became."""
