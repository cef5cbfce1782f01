"""The embedded model: weights fetched by hash, served by a child process, spoken to over loopback."""
