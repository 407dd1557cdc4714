"""Acts beside HTTP: announces the ledger, forgets old answers."""
