"""The HTTP door: who may enter, in which order it checks, and how it answers."""
