"""Measures the promises on a real system, from outside, as its users meet it."""
