"""Tests of the shared peer runtime."""
