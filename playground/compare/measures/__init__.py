"""What answers took, how far they lie apart, and who is better."""
