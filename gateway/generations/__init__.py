"""Running answers: one writer each, any number of readers."""
