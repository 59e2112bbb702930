"""Paper: the work slip of a case, the list of an inbox, the register of a period, as PDF."""
