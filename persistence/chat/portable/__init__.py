"""Conversations as files: written for people and programs, read from two forms."""
