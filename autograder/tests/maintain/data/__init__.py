"""Tests of preparing corpora and of measuring baselines."""
