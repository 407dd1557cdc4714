"""The sums: running balances against the distribution key; announces crossings."""
