"""nbgrader's settings for this course; it reads them when it is started in this folder.

nbgrader puts `source` and `release` notebooks at {step}/./{assignment}/{assignment}.ipynb, so that our two folders
fit as they are: solutions/rnn_basics/rnn_basics.ipynb becomes assignments/rnn_basics/rnn_basics.ipynb.
"""

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # nbgrader provides it

c.CourseDirectory.course_id = "recurrent_language_models"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
