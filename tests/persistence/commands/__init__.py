"""Tests of Django's commands, over real PostgreSQL."""
