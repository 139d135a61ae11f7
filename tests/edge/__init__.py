"""Tests of the real Envoy with its real configuration, before scripted peers."""
