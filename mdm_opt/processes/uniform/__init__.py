"""Uniform and ordinal corruption: every token is replaced until it is clean."""
