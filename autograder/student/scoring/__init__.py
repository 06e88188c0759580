"""Scores a trained model: it is asked step by step, and what it answers is normalised and added up here."""
