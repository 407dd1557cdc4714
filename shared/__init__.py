"""Contracts and plumbing that two services use; no rule of the field."""
