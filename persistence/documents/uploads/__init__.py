"""Brings files in: in parts, in one stream, or from a web address."""
