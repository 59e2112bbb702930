"""Background work: a lease table, retries, dead letters."""
