"""What answers rest on: grounding, citations, and how sentences stand to them."""
