"""Other peers as ingestion sees them: the only place here that knows messages."""
