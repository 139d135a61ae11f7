"""What finds chunks: their vectors in each index version, and their postings."""
