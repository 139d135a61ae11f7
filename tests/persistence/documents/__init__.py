"""Tests of documents, over real PostgreSQL."""
