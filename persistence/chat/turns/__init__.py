"""Turns: one question and the generation that answers it, from begin to end."""
