"""Models that bring their own sampler, or are asked by a function of the user's."""
