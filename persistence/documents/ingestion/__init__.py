"""Turns stored files into chunks that can be found: the queue and its worker."""
