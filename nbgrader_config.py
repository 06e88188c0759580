"""nbgrader's settings for this course; it reads them when it is started in this folder.

nbgrader puts `source` and `release` notebooks at {step}/./{assignment}/{assignment}.ipynb, so that our two folders
fit as they are: solutions/rnn_basics/rnn_basics.ipynb becomes assignments/rnn_basics/rnn_basics.ipynb.
"""

import os
import sys
import warnings

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # nbgrader provides it

# nbgrader starts `alembic` by its name, and ends with a traceback if this environment was not activated.
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
# Ten lines of its own database code for every submission, which hide what is worth reading.
warnings.filterwarnings("ignore", message=".* not in session", module=r"nbgrader\.api")

c.CourseDirectory.course_id = "recurrent_language_models"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"

# Release: nbgrader's own steps, after a look at what lies beside the source notebook.
c.GenerateAssignment.preprocessors = [
    "autograder.nbgrader_bridge.preprocessors.RefuseTrainedModels",
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Grading: repaired before nbgrader sees it, graded by our engine; database, formgrader and penalties are nbgrader's.
c.Autograde.pre_convert_hook = "autograder.nbgrader_bridge.submissions.prepare"
c.Autograde.exporter_class = "autograder.nbgrader_bridge.reading.RepairedNotebook"
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_bridge.preprocessors.GradeInSandbox",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.nbgrader_bridge.preprocessors.SaveMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Feedback and marks: our page, and a table that tells zero from none.
c.GenerateFeedback.exporter_class = "autograder.nbgrader_bridge.feedback.FeedbackPage"
c.ZipCollectApp.extractor_plugin = "autograder.nbgrader_bridge.zip_collect.CarefulExtractor"
c.ZipCollectApp.collector_plugin = "autograder.nbgrader_bridge.zip_collect.NotebooksAndModels"
c.ExportApp.plugin_class = "autograder.nbgrader_bridge.export.MarksWithStatus"
