"""The record: cities submit placements, and every change is a ledger entry that is announced."""
