"""Samplers that are not ours: a function of the user's, or the model's own."""
