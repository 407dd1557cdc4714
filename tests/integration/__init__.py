"""Stores, relays and handlers, on real PostgreSQL and Kafka."""
