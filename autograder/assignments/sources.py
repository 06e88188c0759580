"""Finds the source notebooks of the course: one folder each in `solutions/`, the instructor's copy only."""

from pathlib import Path

from autograder.student.core.course import assignments_of_tasks
from autograder.student.core.notebook import Notebook, read_notebook

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions"
RELEASED = ROOT / "assignments"


def assignment_names(solutions: Path = SOLUTIONS) -> list[str]:
    """The names of all assignments, sorted: every folder with a notebook of its own name."""
    return sorted(path.stem for path in solutions.glob("*/*.ipynb") if path.stem == path.parent.name)


def source_path(assignment: str, solutions: Path = SOLUTIONS) -> Path:
    """Where the source notebook of an assignment lies; `FileNotFoundError` if the course has no such one."""
    path = solutions / assignment / f"{assignment}.ipynb"
    if not path.is_file():
        raise FileNotFoundError(path)
    return path


def source_notebook(assignment: str, solutions: Path = SOLUTIONS) -> Notebook:
    """The source notebook of an assignment: tasks, points and reference in one."""
    return read_notebook(source_path(assignment, solutions))


def model_answers(assignment: str) -> dict[str, str]:
    """The course's own answers to the questions in words, by the name of their cells."""
    answers = {
        cell.grade_id: _solution(cell.source) for cell in source_notebook(assignment).cells if cell.is_by_hand
    }
    return {name: answer for name, answer in answers.items() if answer}


def _solution(source: str) -> str:
    """What stands between nbgrader's marks of a solution, without its mark scheme; empty if there is none."""
    _before, _begin, rest = source.partition("### BEGIN SOLUTION\n")
    answer, _begin, scheme = rest.partition("### END SOLUTION")[0].partition("### BEGIN MARK SCHEME")
    return (answer + scheme.partition("### END MARK SCHEME")[2]).strip()


def released_points(assignment: str, released: Path = RELEASED) -> dict[str, float]:
    """The points of each task in the notebook that students were given; none if it is not here."""
    path = released / assignment / f"{assignment}.ipynb"
    return {task.name: task.points for task in read_notebook(path).tasks()} if path.is_file() else {}


def untested(assignment: str) -> list[str]:
    """The names of the tasks that no test is for: nobody could earn their points."""
    tested = assignments_of_tasks()
    return [task.name for task in source_notebook(assignment).tasks() if tested.get(task.name) != assignment]
