"""Maintains the course: corpora and thresholds, the release, the demonstration, and the doctor."""
