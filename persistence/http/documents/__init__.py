"""The older paths that take files as multipart forms."""
