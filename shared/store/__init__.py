"""The SQL of the tables that every service has: relay, offsets, dead letters, idempotency."""
