"""What gateway needs of other processes: ports, and adapters over their stubs."""
