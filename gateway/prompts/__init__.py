"""Versioned prompts: templates are data, `<name>.md` beside this file."""
