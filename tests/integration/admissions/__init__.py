"""The record, on real PostgreSQL and Kafka, through its HTTP side."""
