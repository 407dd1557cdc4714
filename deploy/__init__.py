"""One-shot jobs of compose.yaml, and what its containers mount."""
