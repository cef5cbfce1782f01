"""What can be said at the command line."""
