"""The model against a second statement of it, and against a second solver."""
