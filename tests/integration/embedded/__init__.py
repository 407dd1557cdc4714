"""Embedded mode on real servers, processes and commands, each in a folder of its own."""
