"""Fetches files from the web without being led into the network it runs in."""
