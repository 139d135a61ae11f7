"""`make run`: the whole mesh as one process tree on one machine, without Docker."""
