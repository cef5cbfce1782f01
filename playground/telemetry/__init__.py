"""What is measured and traced, for whoever collects it."""
