"""Days to look at a case again: set on its page, listed beside the inbox, done by a press."""
