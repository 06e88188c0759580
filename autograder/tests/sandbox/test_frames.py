"""Frames are capped before they are read, waiting is paid from one budget, and control messages are objects."""

import itertools
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from autograder.sandbox import channel, frames
from autograder.sandbox.frames import Connection, ConnectionEnded, TimeIsUp
from autograder.student.core import values


@pytest.fixture
def ends() -> Iterator[tuple[Connection, socket.socket]]:
    """Our end, with some seconds to wait, and the bare other end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Connection(ours, 5.0), theirs


def frame(text: bytes, blob: bytes = b"") -> bytes:
    return struct.pack("!II", len(text), len(blob)) + text + blob


def test_what_is_there_is_not_waited_for(
    ends: tuple[Connection, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late a busy machine lets us see a message: only half seconds in which nothing came are looked at."""
    ours, theirs = ends
    looks: list[float] = []
    ours.on_wait = looks.append
    with monkeypatch.context() as patch:
        patch.setattr(frames.time, "monotonic", itertools.count(step=1.0).__next__)  # a second for each call
        Connection(theirs).send(1)
        assert ours.receive() == 1
        assert looks == []
        with pytest.raises(TimeIsUp):
            ours.receive()
    assert set(looks) == {0.5}


def test_a_value_goes_round(ends: tuple[Connection, socket.socket]) -> None:
    """What one end sends the other receives."""
    ours, theirs = ends
    Connection(theirs).send({"a": [1, (2.5, None)]})
    assert ours.receive() == {"a": [1, (2.5, None)]}


@pytest.mark.parametrize(
    "lengths", [(2**32 - 1, 0), (0, 2**32 - 1), (values.MAX_JSON_BYTES + 1, 0), (2, 2**30)]
)
def test_lengths_are_capped_before_reading(
    ends: tuple[Connection, socket.socket], lengths: tuple[int, int]
) -> None:
    """A header that announces too much is refused although no further byte ever comes."""
    ours, theirs = ends
    theirs.sendall(struct.pack("!II", *lengths))
    with pytest.raises(values.WireError):
        ours.receive()


@pytest.mark.parametrize(
    "text", [b"", b"{", b"NaN", b"[" * 100_000, b"1" * 100_000, b"\xff\xfe", b'{"$":"tensor","v":0}']
)
def test_hostile_json(ends: tuple[Connection, socket.socket], text: bytes) -> None:
    """Whatever is no value of the format is a `WireError`, nothing else."""
    ours, theirs = ends
    threading.Thread(target=theirs.sendall, args=(frame(text),), daemon=True).start()
    with pytest.raises(values.WireError):
        ours.receive()


@pytest.mark.parametrize("sent", [b"", b"\0\0", frame(b"[1, 2]")[:-1]])
def test_an_end_in_the_middle(ends: tuple[Connection, socket.socket], sent: bytes) -> None:
    """Half a frame is no frame."""
    ours, theirs = ends
    theirs.sendall(sent)
    theirs.close()
    with pytest.raises(ConnectionEnded):
        ours.receive()


def test_silence_uses_up_the_budget(ends: tuple[Connection, socket.socket]) -> None:
    """When the time to wait is used up, later calls fail at once, even if there is something to read."""
    ours, theirs = ends
    ours.seconds = 0.01
    with pytest.raises(TimeIsUp):
        ours.receive()
    theirs.sendall(frame(b"1"))
    with pytest.raises(TimeIsUp):
        ours.receive()


def test_a_reader_that_does_not_read(ends: tuple[Connection, socket.socket]) -> None:
    """Sending is paid from the same budget."""
    ours, _theirs = ends
    ours.seconds = 0.05
    with pytest.raises(TimeIsUp):
        ours.send("x" * 2**21)


def test_sending_to_nobody(ends: tuple[Connection, socket.socket]) -> None:
    """A closed other end is not an error of the operating system to the caller."""
    ours, theirs = ends
    theirs.close()
    with pytest.raises(ConnectionEnded):
        ours.send("x" * 2**21)


@pytest.mark.parametrize("data", [b"{}}", b"\xff", b"[1]", b"null", b"[" * 60_000])
def test_a_control_message_that_is_none_is_the_end(data: bytes) -> None:
    """The descriptors that came with it are closed."""
    ours, theirs = channel.pair()
    kept, sent = socket.socketpair()
    with ours, theirs, kept:
        with sent:
            socket.send_fds(theirs, [data], [sent.fileno()])
        with pytest.raises(EOFError):
            channel.receive(ours)
        assert kept.recv(1) == b""
