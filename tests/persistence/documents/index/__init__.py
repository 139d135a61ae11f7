"""Tests of what finds chunks, over real PostgreSQL."""
