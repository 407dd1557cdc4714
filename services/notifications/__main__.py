"""Starts the notifications service."""

from services.notifications.app import main

main()
