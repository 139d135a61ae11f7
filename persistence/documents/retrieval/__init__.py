"""Finding the chunks that answer a question: two legs, fused."""
