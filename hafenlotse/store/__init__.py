"""Reads what no service needs to ask of its own tables; the only SQL of the command line."""
