"""How Lamla runs. No application logic."""
