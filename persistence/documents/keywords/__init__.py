"""Words of texts and questions, for the keyword leg. No Django inside.

`languages` names a text's language, `terms` gives the keys that a chunk is stored
under, `query` gives the keys that a question looks for. Terms are stored: whoever
changes what a text gives must have documents indexed again.
"""
