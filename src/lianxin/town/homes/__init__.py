"""The homes of people in posts: field, town page, supervision, grids, staff."""
