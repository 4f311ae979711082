"""Insight into an answer: why a product is where it is, or is not there, and which region of its picture matched."""
