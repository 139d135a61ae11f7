"""Persistence, over a real PostgreSQL."""
