"""Readers of each format, on small files made by code."""
