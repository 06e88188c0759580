"""Draws the pictures that the notebooks share."""
