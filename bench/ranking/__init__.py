"""Question sets, ways to rank passages in memory, and how good a ranking is."""
