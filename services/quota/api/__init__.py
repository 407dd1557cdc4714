"""Acts on what HTTP brings."""
