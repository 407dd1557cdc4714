"""Shows the whole way on figures of the field and on a synthetic year, from outside."""
