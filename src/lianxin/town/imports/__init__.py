"""Bringing a town's data in: cases from another system's tables, grids from GeoJSON, people and
sites from Excel.

Every fault of a file is told by row, with its reason, before anything is written; what is sound goes in through the
doors everything else uses; the same file again changes nothing.
"""
