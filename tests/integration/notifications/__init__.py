"""Notifications on real PostgreSQL, Kafka, mail and web servers."""
