"""Towns, ids, (town, id) keys and relations, guarded managers, idempotency, numbers."""
