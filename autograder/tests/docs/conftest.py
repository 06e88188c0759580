"""The toy course beside the test has tests of its own, for its own pytest runs."""

collect_ignore = ["numerals"]
