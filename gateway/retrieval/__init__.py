"""Finding what an answer may rest on: the question's other forms, search, relevance."""
