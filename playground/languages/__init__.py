"""Our own words in the visitor's language."""
