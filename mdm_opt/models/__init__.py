"""What a frozen model is, and the ways to load one."""
