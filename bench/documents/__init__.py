"""What `bench.ingestion` is made of."""
