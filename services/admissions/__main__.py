"""Starts the admissions service."""

from services.admissions.app import main

main()
