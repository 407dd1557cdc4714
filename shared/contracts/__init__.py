"""Words on the wire: the shapes of events and numbers that outsiders rely on."""
