"""What differs between two answers, and between two runs."""
