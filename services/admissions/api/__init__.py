"""Answers systems over HTTP."""
