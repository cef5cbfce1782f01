"""Servers that others wrote, each in a process of its own, for our models to be asked against."""
