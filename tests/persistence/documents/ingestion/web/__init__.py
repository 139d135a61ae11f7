"""Tests of fetching from the web."""
