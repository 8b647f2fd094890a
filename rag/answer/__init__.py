"""Hits become an answer with proof: understanding the question, writing, checking, citing, refusing."""
