"""The assignments of the course, one folder each: the tests, what they compare with, and what is never shipped."""
