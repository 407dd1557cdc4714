"""Decides what may be recorded and what it changes; pure."""
