"""Tests of searching chunks, over real PostgreSQL and real mutual TLS."""
