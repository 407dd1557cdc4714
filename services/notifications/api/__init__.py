"""Acts on what callers ask over HTTP; every route says who may call it."""
