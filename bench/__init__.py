"""Measurements: ratios against raw SQL in the same server and the same run. `make bench`."""
