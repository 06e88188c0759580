"""Says how much computing all tests of one task may use: the same at a student's desk and when grading."""

TASK_CPU_SECONDS = 15.0  # the slowest right answers need about two
SCORING_CPU_SECONDS = 300.0  # where the task is a trained model: large ones take minutes for a text
