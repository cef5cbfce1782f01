"""What is kept: tables, and the questions asked of them, each scoped to its visitor."""
