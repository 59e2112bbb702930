"""Accounts, units, posts, party groups, centre households; roles and scopes; masking and looks."""
