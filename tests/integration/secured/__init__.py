"""Quota on a real database, with a ledger and a feed of the test's own."""
