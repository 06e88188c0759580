"""What is never shipped of this assignment."""
