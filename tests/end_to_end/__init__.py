"""The whole system from outside: only addresses and tokens of an access.json are known here."""
