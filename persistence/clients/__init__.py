"""Ports to other peers of the mesh, and their adapters."""
