"""Load and latency, measured on real processes. Each script prints its method."""
