"""What the owner sees, and can stop."""
