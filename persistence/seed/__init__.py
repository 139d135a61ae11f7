"""Made-up manuals and conversations about them, for trying Lamla out."""
