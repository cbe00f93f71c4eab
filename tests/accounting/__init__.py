"""The accounts of a run, recomputed from its files."""
