"""Tests of conversations and turns, over real PostgreSQL and real mutual TLS."""
