"""Trained models: their files, their scores, and what trains them in the notebook."""
