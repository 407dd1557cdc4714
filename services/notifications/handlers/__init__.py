"""Acts on what Kafka brings; the handler is the use case, in one transaction."""
