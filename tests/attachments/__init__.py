"""Tests of the files that visitors attach."""
