"""What the checks need of the grader's sandbox. The sandbox itself is not part of this copy."""
