"""Where parsers run: a child process that can be killed and can reach nothing."""
