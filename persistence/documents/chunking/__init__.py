"""From pages to chunks: pieces that one vector can stand for."""
