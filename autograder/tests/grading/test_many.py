"""A class gets one result each, whatever happens to one of them, and nothing is done twice."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from autograder.grading import cluster, jobs, processes
from autograder.grading.find import Found, find_submissions
from autograder.grading.graded import Graded, Submission, ungradable
from autograder.grading.jobs import CannotGrade, Job, PutOff
from autograder.grading.many import grade_all, label
from autograder.grading.roster import roster_from
from autograder.grading.store import run_seed
from autograder.student.core.results import Result


def answer(job: Job) -> Graded | PutOff:
    """Stands for grading: what the submission says, with the seed; a hog needs more than its turn."""
    if job.is_turn and job.submission.data == b"hog":
        return PutOff()
    return ungradable(job.submission, f"{job.submission.data.decode()} {job.seed}")


def serve(connection: Connection) -> None:
    """Stands for a grader process: dies, hangs or refuses over submissions that say so."""
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        text = job.submission.data.decode()
        if text.startswith("die once"):
            mark = Path(text.removeprefix("die once "))
            if not mark.exists():
                mark.touch()
                os._exit(1)
        if text == "die":
            os.kill(os.getpid(), 9)
        if text == "hang":
            time.sleep(600)
        connection.send(CannotGrade("no sandbox") if text == "refuse" else answer(job))


@pytest.fixture
def collect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Found]]:
    """Writes submissions with these texts and finds them; grader processes are replaced by `serve`."""
    monkeypatch.setattr(processes, "_serve", serve)

    def write(**texts: str) -> list[Found]:
        for name, text in texts.items():
            path = tmp_path / "in" / f"{name}.ipynb"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return label(find_submissions([tmp_path / "in"]))

    return write


def reasons(results: list[Result]) -> dict[str, str]:
    """What came of each submission."""
    return {result.student: result.reason for result in results}


def no_process() -> None:
    """In place of a start, where none is wanted."""
    raise AssertionError("a process was started")


def test_who_is_not_in_the_roster_is_told_to_the_instructor(tmp_path: Path) -> None:
    """And to nobody else: it is no repair, which students read."""
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "work.pdf").write_bytes(b"%PDF")
    found = find_submissions([tmp_path], [], roster_from(b"id\nada\n", "students.csv"))
    bob, ada = grade_all(found, tmp_path / "out", 1)
    assert bob.integrity == ("“bob” is not in the roster: find out whose hand-in this is.",)
    assert (bob.repairs, ada.integrity) == ((), ())


def test_a_process_that_dies_costs_nobody_else_anything(
    collect: Callable[..., list[Found]], tmp_path: Path
) -> None:
    """What killed it is tried once more; twice is enough, and is not remembered."""
    found = collect(a="fine", b="die", c=f"die once {tmp_path / 'mark'}", d="fine")
    results = grade_all(found, tmp_path / "out", seed=7, jobs=2)
    told = reasons(results)
    assert [result.student for result in results] == ["a", "b", "c", "d"]
    assert told["a"] == told["d"] == "fine 7"
    assert "twice" in told["b"]
    assert told["c"].startswith("die once")
    assert len(list((tmp_path / "out" / "cache").iterdir())) == 3


def test_a_process_that_hangs_is_ended(
    collect: Callable[..., list[Found]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grader itself may run into something that never ends."""
    monkeypatch.setattr(processes, "MAX_SECONDS", 0.0)
    monkeypatch.setattr(processes, "_LOOK_SECONDS", 0.1)
    [result] = grade_all(collect(a="hang"), tmp_path / "out", seed=7)
    assert "twice" in result.reason


@pytest.mark.parametrize("jobs", [1, 2])
def test_whoever_needs_much_more_than_others_is_graded_when_nobody_waits(
    jobs: int, collect: Callable[..., list[Found]], tmp_path: Path
) -> None:
    """Two hogs came first and are put off until the last of the others has begun; they get what they would alone."""
    found = collect(a="hog", b="hog", c="fine", d="fine", e="fine")
    seen: list[str] = []
    results = grade_all(
        found, tmp_path / "out", 7, jobs, on_result=lambda graded: seen.append(graded.result.student)
    )
    assert not set(seen[: 4 - jobs]) & {"a", "b"}  # as they would be in order of arrival
    assert reasons(results) == {"a": "hog 7", "b": "hog 7", "c": "fine 7", "d": "fine 7", "e": "fine 7"}
    assert reasons(grade_all(found[:1], tmp_path / "alone", 7)) == {"a": "hog 7"}


def test_nobody_is_put_off_where_models_are_trained(
    collect: Callable[..., list[Found]], tmp_path: Path
) -> None:
    """That takes longer than a turn, and would be done twice."""
    seen: list[str] = []
    found = collect(a="hog", b="fine")
    grade_all(
        found, tmp_path / "out", 7, train=True, on_result=lambda graded: seen.append(graded.result.student)
    )
    assert seen == ["a", "b"]


def test_processes_can_be_kept_for_later_submissions(
    collect: Callable[..., list[Found]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who grades one at a time starts torch and the sandbox once; one that has died meanwhile is replaced."""
    found = collect(a="fine", b="die", c="fine", d="fine")
    started = []
    start = processes._start_grader

    def count() -> processes._Grader:
        started.append(start())
        return started[-1]

    monkeypatch.setattr(processes, "_start_grader", count)
    with processes.Graders() as graders:
        told = [grade_all([each], tmp_path / "out", 7, graders=graders)[0].reason for each in found[:3]]
        assert told[0] == told[2] == "fine 7"
        assert "twice" in told[1]
        assert len(started) == 3  # the first, and after each of its two deaths another
        started[-1].process.kill()
        started[-1].process.join()
        assert grade_all(found[3:], tmp_path / "out", 7, graders=graders)[0].reason == "fine 7"
    assert not any(grader.process.is_alive() for grader in started)


def test_what_is_finished_is_not_graded_again(
    collect: Callable[..., list[Found]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the submission, the seed, our own code, a course's notebook or text, versions or the language changed."""
    found = collect(a="one", b="two")
    first = grade_all(found, tmp_path / "out", seed=7)
    monkeypatch.setattr(processes, "_start_grader", no_process)
    assert grade_all(found, tmp_path / "out", seed=7) == first
    with pytest.raises(AssertionError):
        grade_all(found, tmp_path / "out", seed=8)
    with pytest.raises(AssertionError):
        grade_all(collect(a="other"), tmp_path / "out", seed=7)
    collect(a="one")
    for part in ("fingerprint", "_sources_hash", "_data_hash", "_versions", "language"):
        with monkeypatch.context() as patch:
            patch.setattr(jobs, part, lambda: "another")
            with pytest.raises(AssertionError):
                grade_all(found, tmp_path / "out", seed=7)


def put_checkpoint(tmp_path: Path, content: bytes) -> None:
    """The weights of a model, beside the submissions."""
    (tmp_path / "in" / "rnn_lm.safetensors").write_bytes(content)


def test_a_checkpoint_has_a_say_in_what_is_finished(
    collect: Callable[..., list[Found]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other weights, none, a file that is refused, or training where there was none: each is graded anew."""

    def says(job: Job) -> Graded:
        submission = job.submission
        return ungradable(submission, f"{dict(submission.files)} {len(submission.notes)} {job.train}")

    monkeypatch.setattr(processes.Graders, "map", lambda _self, pending, read, _jobs: do(map(read, pending)))

    def do(jobs: Iterable[Job]) -> Iterator[tuple[int, Job, Graded]]:
        return ((number, job, says(job)) for number, job in enumerate(jobs))

    def reason(train: bool = False) -> str:
        found = label(find_submissions([tmp_path / "in"]))
        [result] = grade_all(found, tmp_path / "out", seed=7, train=train)
        return result.reason

    collect(a="one")
    assert reason() == "{} 0 False"
    put_checkpoint(tmp_path, b"w")
    assert reason() == "{'rnn_lm.safetensors': b'w'} 0 False"
    put_checkpoint(tmp_path, b"v")
    assert reason() == "{'rnn_lm.safetensors': b'v'} 0 False"
    assert reason(train=True) == "{'rnn_lm.safetensors': b'v'} 0 True"
    (tmp_path / "in" / "rnn_lm.safetensors").unlink()
    (tmp_path / "in" / "rnn_lm.pt").touch()
    assert reason() == "{} 1 False"


def test_copies_are_flagged_in_whatever_order_they_were_graded(
    collect: Callable[..., list[Found]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once, one after another, from the cache: the same bytes, and each flag once."""

    def grades(
        _self: object, pending: Sequence[int], read: Callable[[int], Job], _jobs: int
    ) -> Iterator[tuple]:
        for number in sorted(pending, reverse=bool(order)):
            job = read(number)
            kept = {"checkpoint": {"sha256": job.submission.data.decode(), "matrices": []}}
            result = Result(job.submission.student, "x", "graded", 0.0, 0.0, provenance=kept)
            yield number, job, Graded(result)

    monkeypatch.setattr(processes.Graders, "map", grades)
    found = collect(a="one", b="two", c="one")
    seen = []
    for order, parts in enumerate(([found], [found], [found[:1], found])):
        out = tmp_path / str(order % 2)
        for part in parts:
            results = grade_all(part, out, seed=7)
        seen.append([path.read_bytes() for path in sorted((out / "results").iterdir())])
        assert [len(result.similar) for result in results] == [1, 0, 1]
        assert [result.to_json().encode() for result in results] == seen[-1]
    assert seen[0] == seen[1] == seen[2]


def test_the_data_has_a_say_in_what_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark depends on the thresholds and on the hidden text, wherever they lie."""
    monkeypatch.setattr(jobs, "DATA", tmp_path / "data")
    keys = set()
    for name in ("thresholds.json", "manifest.json", "prepared/hidden/sotu/test.words.txt"):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
        jobs._data_hash.cache_clear()
        keys.add(Job(Submission("a", b""), 7).key)
    jobs._data_hash.cache_clear()
    assert len(keys) == 3


def test_a_class_is_never_in_memory_at_once(collect: Callable[..., list[Found]], tmp_path: Path) -> None:
    """Twenty checkpoints of a megabyte, one after another: a few at a time are held."""
    for number in range(20):
        path = tmp_path / "in" / f"s{number}" / "x.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("fine", encoding="utf-8")
        path.with_name("rnn_lm.safetensors").write_bytes(bytes([number]) * 2**20)
    found = label(find_submissions([tmp_path / "in"]))
    jobs._data_hash()  # once, and it takes memory for the longest text
    tracemalloc.start()
    try:
        results = grade_all(found, tmp_path / "out", seed=7)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
    assert len(results) == 20


def test_a_damaged_cache_is_only_a_loss_of_time(collect: Callable[..., list[Found]], tmp_path: Path) -> None:
    """Whatever stands there, the submission is graded."""
    found = collect(a="one")
    first = grade_all(found, tmp_path / "out", seed=7)
    [entry] = (tmp_path / "out" / "cache").iterdir()
    keys = entry.read_text(encoding="utf-8").split("\n")[0]
    for text in ("", "[]", "{}\n{}", keys, f"{keys}\n", f"{keys}\n{{}}", f"{keys}\n[]"):
        entry.write_text(text, encoding="utf-8")
        assert grade_all(found, tmp_path / "out", seed=7) == first


def test_an_interrupted_run_goes_on_where_it_stopped(
    collect: Callable[..., list[Found]], tmp_path: Path
) -> None:
    """What was finished before is on disk, whole, and is not done twice."""
    found = collect(a="one", b="two", c="three")

    def interrupt(_graded: Graded) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade_all(found, tmp_path / "out", seed=7, on_result=interrupt)
    written = sorted(path.name for path in (tmp_path / "out" / "results").iterdir())
    assert written == ["a.unknown.json"]
    seen: list[str] = []
    results = grade_all(
        found, tmp_path / "out", seed=7, on_result=lambda graded: seen.append(graded.result.student)
    )
    assert seen == ["a", "b", "c"]
    assert reasons(results) == {"a": "one 7", "b": "two 7", "c": "three 7"}


def test_refused_files_get_a_result_too(collect: Callable[..., list[Found]], tmp_path: Path) -> None:
    """A class run ends with one result per submission."""
    collect(a="one")
    (tmp_path / "in" / "b.ipynb").symlink_to("a.ipynb")
    results = grade_all(label(find_submissions([tmp_path / "in"])), tmp_path / "out", seed=7)
    assert "link" in reasons(results)["b"]
    assert len(list((tmp_path / "out" / "results").iterdir())) == 2


def test_without_a_sandbox_nothing_is_graded(collect: Callable[..., list[Found]], tmp_path: Path) -> None:
    """It is the machine's fault, not the submission's."""
    with pytest.raises(CannotGrade, match="no sandbox"):
        grade_all(collect(a="refuse"), tmp_path / "out", seed=7)


def test_the_seed_of_a_run_is_drawn_once_and_kept(tmp_path: Path) -> None:
    """A resumed run uses the same; another one draws its own; a given one wins."""
    first = run_seed(tmp_path / "a")
    assert max(first, *(run_seed(tmp_path / str(i)) for i in range(20))) > 2**40  # more than can be tried
    assert run_seed(tmp_path / "a") == first
    assert run_seed(tmp_path / "b") != first
    assert run_seed(tmp_path / "a", 5) == 5
    assert run_seed(tmp_path / "a") == 5
    (tmp_path / "a" / "run.json").write_text("damaged", encoding="utf-8")
    assert isinstance(run_seed(tmp_path / "a"), int)


def test_one_student_with_two_files_gets_one_result(
    tmp_path: Path, collect: Callable[..., list[Found]]
) -> None:
    """It is the newest where nothing else speaks for one of them, and says which were left."""
    for name in ("first", "second"):
        path = tmp_path / "in" / "ada" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
        os.utime(path, (1000, 2000 if name == "first" else 1000))
    results = grade_all(collect(), tmp_path / "out", seed=7)
    assert reasons(results) == {"ada": "first 7"}
    assert "`first.ipynb` was graded, and not `second.ipynb`" in results[0].repairs[0]
    assert len(list((tmp_path / "out" / "results").iterdir())) == 1


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_does_the_same(
    collect: Callable[..., list[Found]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same jobs over a Dask cluster that is already there; one that is not there is one sentence."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "answer", lambda job, _resources: answer(job))
    found = collect(**{f"s{number}": str(number) for number in range(9)}, a="hog")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None
    ) as started:
        results = grade_all(found, tmp_path / "out", seed=7, cluster=started.scheduler_address)
    assert reasons(results) == {f"s{number}": f"{number} 7" for number in range(9)} | {"a": "hog 7"}
    with pytest.raises(CannotGrade, match="no Dask cluster"):
        grade_all(collect(x="x"), tmp_path / "out", seed=7, cluster="nonsense://x")
