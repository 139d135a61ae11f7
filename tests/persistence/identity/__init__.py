"""Identity, over a real channel and a real database."""
