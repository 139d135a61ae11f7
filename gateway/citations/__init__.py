"""Which sentence of an answer rests on which sentence of a document, and how well."""
