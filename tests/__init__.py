"""Tests, sorted by what they need to run."""
