"""Passages are found: words, vectors, both together."""
