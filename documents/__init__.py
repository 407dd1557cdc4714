"""Describes the interfaces to outsiders; no request of the contract passes through here."""
