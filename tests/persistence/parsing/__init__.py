"""Reading files of every format."""
