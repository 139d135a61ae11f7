"""Search: words of titles and messages, found among the rows of one owner."""
