"""Turning text into vectors: one file per model behind the port in `base`."""
