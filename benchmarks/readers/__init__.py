"""Programs that read the topic, each in a process of its own."""
