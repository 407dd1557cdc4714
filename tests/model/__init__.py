"""What the contract means, small and slow: everything is computed anew after every entry."""
