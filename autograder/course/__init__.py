"""What the course is: its notebooks, tasks, points and results. Imports nothing else of ours; shipped to students."""
