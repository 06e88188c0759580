"""Takes away from a forked worker everything that student code does not need, layer by layer."""
