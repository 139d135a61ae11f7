"""The mesh in containers: what its one-shot and helper containers run."""
