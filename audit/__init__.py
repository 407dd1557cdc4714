"""Who did what: written down with what was done, chained, never changed; knows no service."""
