"""The services: each has its own schema, role and process, and none imports another."""
