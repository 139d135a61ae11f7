"""Guests of callers without a token, and what becomes of guests."""
