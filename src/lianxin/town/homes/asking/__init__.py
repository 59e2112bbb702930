"""The questions categories ask, kept by an administrator."""
