"""The plumbing that services share, on real servers and as real processes."""
