"""Who is calling: guests, accounts, sessions, tokens."""
