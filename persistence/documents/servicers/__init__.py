"""The services of `lamla.documents.v1` that persistence implements."""
