"""Components, and nothing that happens to them."""
