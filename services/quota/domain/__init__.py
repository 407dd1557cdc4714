"""Decides: pure rules of the field; no I/O, clock, random or driver comes in here."""
