"""What must be HTTP: the admin site, health, the public keys."""
