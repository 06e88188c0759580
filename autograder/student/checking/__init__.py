"""Checks a task: reaches the student's code, runs the tests, and shows what they say."""
