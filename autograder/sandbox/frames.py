"""Carries values over a stream socket in frames: two lengths, then JSON, then tensors.

Both ends use it. Whatever a worker sends is hostile: the lengths are capped before a byte is read, and the time
spent waiting for the other end comes out of one budget, so that a slow drip of bytes gains nothing.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy

from autograder.student.core import values

_HEADER = struct.Struct("!II")
_JOINED_BYTES = 2**16  # what is sent at once rather than part by part
_LOOK_SECONDS = 0.5  # of waiting; then whoever waits looks at what the other end is doing


class ConnectionEnded(Exception):
    """The other end has closed, or died."""


class TimeIsUp(Exception):
    """The other end kept us waiting for longer than the budget."""


class TooMuchIsSent(values.WireError):
    """All messages together are larger than they may be."""


class Connection:
    """One end of a conversation.

    `seconds` is what is left of the time to wait for the other end (None: for ever); our own thinking between
    two messages is not charged, since a loaded grader must not fail an honest student. `bytes_left` is what may still
    be received (None: anything). While one message is waited for, `on_wait` hears of each half second;
    what it raises ends the wait.
    """

    def __init__(self, stream: socket.socket, seconds: float | None = None) -> None:
        self.stream = stream
        self.seconds = seconds
        self.bytes_left: int | None = None
        self.on_wait: Callable[[float], None] = lambda _seconds: None
        self._unseen = 0.0  # seconds of waiting that `on_wait` has not heard of

    def send(self, value: Any) -> None:
        """Sends one value; `values.WireError` if it cannot be sent."""
        text, buffers = values.encode_parts(value)
        length = 0
        for buffer in buffers:  # not `sum`: a cell may have put something else there
            length += len(buffer)
        small = b"".join(
            [_HEADER.pack(len(text), length), text, *(b for b in buffers if length <= _JOINED_BYTES)]
        )
        for part in [small, *(b for b in buffers if length > _JOINED_BYTES)]:
            self._send(memoryview(part))

    def receive(self) -> Any:
        """The next value; `values.WireError` for anything out of the format."""
        self._unseen = 0.0
        text_length, blob_length = _HEADER.unpack(self._read(_HEADER.size))
        if text_length > values.MAX_JSON_BYTES or blob_length > values.MAX_BLOB_BYTES:
            raise values.WireError("the message is larger than allowed")
        if self.bytes_left is not None:
            self.bytes_left -= text_length + blob_length
            if self.bytes_left < 0:
                raise TooMuchIsSent("the messages are larger than allowed, all together")
        text = self._read(text_length)
        return values.decode(text, self._read(blob_length))

    def close(self) -> None:
        """Closes this end."""
        self.stream.close()

    def _send(self, rest: memoryview) -> None:
        self._unseen = 0.0
        rest = rest.cast("B")
        while rest:
            rest = rest[self._waiting(lambda rest=rest: self.stream.send(rest)) :]

    def _read(self, length: int) -> memoryview:
        buffer = numpy.empty(length, dtype=numpy.uint8).data  # megabytes that need not be zeroed before
        rest = buffer
        while rest:
            count = self._waiting(lambda rest=rest: self.stream.recv_into(rest))
            if not count:
                raise ConnectionEnded
            rest = rest[count:]
        return buffer

    def _waiting(self, operation: Any) -> Any:
        """Does a socket operation within what is left of the budget, and charges the time it took."""
        done = None
        while done is None:
            if self.seconds is not None and self.seconds <= 0:
                raise TimeIsUp
            self.stream.settimeout(None if self.seconds is None else min(_LOOK_SECONDS, self.seconds))
            start = time.monotonic()
            try:
                done = operation()
            except TimeoutError:
                pass
            except OSError as error:  # reset, broken pipe, or a descriptor that was closed under us
                raise ConnectionEnded from error
            waited = time.monotonic() - start
            self._unseen += waited
            if self.seconds is not None:
                self.seconds -= waited
            # What has come may have been there all the time, on a machine that is too busy to let us see it.
            if done is None and self._unseen >= _LOOK_SECONDS:
                self._unseen = 0.0
                self.on_wait(_LOOK_SECONDS)
        return done
