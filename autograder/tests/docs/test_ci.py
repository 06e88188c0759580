"""The files that ci.md names are the files that are written."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.assignments.sources import ROOT
from autograder.cli import FORMATS
from autograder.grading.store import write_result
from autograder.maintain import class_run
from autograder.maintain.made import Made
from autograder.reports.feedback import feedback_file
from autograder.tests.reports import samples

PAGE = ROOT / "autograder" / "docs" / "ci.md"


def test_every_format_writes_the_files_that_the_page_names(tmp_path: Path) -> None:
    """The table has every format, and each of its paths is there after a run."""
    result = samples.result()
    class_run._write_reports([result], tmp_path, FORMATS, None, Made(tmp_path))
    write_result(tmp_path, result)
    rows = re.findall(r"^\| (`.*`) \| (.*) \| .* \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for names, _files in rows for name in re.findall(r"`(\w+)`", names)} == set(FORMATS)
    for _names, files in rows:
        for file in re.findall(r"`([^`]+)`", files):
            path = file.replace("ASSIGNMENT", result.assignment).replace("STUDENT", result.student)
            assert (tmp_path / path).is_file() or path == feedback_file(result), path
