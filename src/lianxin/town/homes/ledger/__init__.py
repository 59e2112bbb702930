"""The auditor's pages: the ledger, and whether all of it holds."""
