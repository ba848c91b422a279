"""Births: counts that only grow, from nothing to the data (Blackout Diffusion)."""
