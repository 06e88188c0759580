"""Renders a `Result` for people and machines. Imports the course and rendering libraries, nothing of a submission."""

from autograder.reports.class_report import write_class
from autograder.reports.feedback import feedback_file, write_feedback
from autograder.reports.formats import FORMATS, write

__all__ = ["FORMATS", "feedback_file", "write", "write_class", "write_feedback"]
