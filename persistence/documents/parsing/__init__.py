"""Reading files: from bytes of any format to pages of text, in a child process."""
