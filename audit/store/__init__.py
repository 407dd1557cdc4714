"""The SQL of the audit log, which every service has in its own schema."""
