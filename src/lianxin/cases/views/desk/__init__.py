"""The desk: inbox, triage, registering, search, publishing."""
