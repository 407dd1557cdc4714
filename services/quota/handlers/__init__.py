"""Acts on what Kafka brings."""
