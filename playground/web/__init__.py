"""HTTP: who asks, the ChatKit routes, health, and the mounted page."""
