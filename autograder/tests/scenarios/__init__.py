"""Whole submissions and the results they must get; each folder is one, and `apply.py` says how it is read."""
