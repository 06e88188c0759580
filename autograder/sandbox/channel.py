"""Carries small control messages, with descriptors, between the trusted processes and to the worker's main loop."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from typing import Any

_MAX_BYTES = 64 * 2**10
_MAX_DESCRIPTORS = 64


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends that keep message boundaries."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(end: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Sends one message; the receiver gets copies of the descriptors."""
    data = json.dumps(message).encode()
    if len(data) > _MAX_BYTES:
        raise ValueError("a control message must be small")
    socket.send_fds(end, [data], list(descriptors))


def receive(end: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next message and its descriptors; `EOFError` when the other end has closed, or sends anything else."""
    try:
        data, descriptors, _flags, _address = socket.recv_fds(end, _MAX_BYTES, _MAX_DESCRIPTORS)
    except ConnectionError as error:
        raise EOFError from error
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    try:
        message = json.loads(data) if data else None
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        for descriptor in descriptors:
            os.close(descriptor)
        raise EOFError
    return message, descriptors
