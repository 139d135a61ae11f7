"""The whole mesh, started as `make run` starts it, used as people use it."""
