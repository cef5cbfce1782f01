"""A comparison as a value: saved, drawn as one page, shared."""
