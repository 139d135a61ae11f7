"""Text in, tokens out. Knows no users, conversations or documents."""
