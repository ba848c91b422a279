"""Masked models: tokens are hidden until they are revealed."""
