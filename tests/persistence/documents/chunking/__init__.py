"""Tests of cutting pages into chunks."""
