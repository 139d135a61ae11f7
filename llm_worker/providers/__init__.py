"""Who generates text: one file per vendor behind the port in `base`."""
