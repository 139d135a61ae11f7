"""Documents: files that people upload, made searchable."""
