"""Starts the quota service."""

from services.quota.app import main

main()
