"""The map of cases for the staff."""
