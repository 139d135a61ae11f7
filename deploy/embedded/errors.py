"""What stops the launcher, in words for the person who started it."""


class StartError(Exception):
    """The mesh cannot start. The message says why and what to do about it."""
