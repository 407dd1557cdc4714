"""Remembers the ledger and how every placement stands; the only SQL of admissions."""
