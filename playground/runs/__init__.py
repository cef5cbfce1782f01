"""Runs: started once, logged as they go, watched by anybody who may."""
