"""Tells people how the ingestion of their documents goes on."""
