"""Reads of the spine; the first argument is the actor, or the town for its settings."""
