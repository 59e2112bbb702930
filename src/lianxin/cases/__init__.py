"""The spine: every case (事项) of every kind, its doors, its inbox and its page."""
