"""The store behind gRPC: Django, PostgreSQL, and nobody else reaches them."""
