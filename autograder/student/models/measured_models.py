"""The trained models that are measured, by the assignment that they belong to."""

from autograder.student.core.course import assignment_names, spec_of

MEASURED_MODELS = {name: model for name in assignment_names() if (model := spec_of(name).model) is not None}
