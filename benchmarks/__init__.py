"""What is measured, and how: see docs/performance.md. Everything runs on the loopback, in processes of its own."""
