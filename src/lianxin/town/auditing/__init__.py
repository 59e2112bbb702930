"""The ledger as its auditor reads it, by page or program: entries in words, and whether all of it holds."""
