"""Who may come in to us, by tokens and keys, and how we get in where others keep our data."""
