"""Remembers positions, alerts, recipients and deliveries; the only SQL of the service."""
