"""One file per service that gateway implements."""
