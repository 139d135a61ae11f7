"""The HTTP side, over real mutual TLS."""
