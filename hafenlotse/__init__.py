"""The operators' command line: acts on this machine through the services' own stores and rules."""
