"""The ChatKit protocol: a request in, JSON or a run to follow out."""
