"""Who calls: tokens are checked, and what they claim becomes roles, Länder and units."""
