"""Remembers definitions, positions, counts, crossings and postings: the only SQL of quota."""
