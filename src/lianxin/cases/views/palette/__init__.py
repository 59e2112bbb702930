"""The command palette: wherever a clerk wants to go, by a few letters."""
