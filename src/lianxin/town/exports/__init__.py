"""Taking a town's data out: cases, grids, people and the ledger, as far as somebody may see them.

Personal details are masked unless whoever exports may see them and asks for them; every export leaves an entry.
"""
