"""What asks the zygote: starting one, having it fork a kernel, and that kernel as a process.

One zygote serves the process that starts it and all that it starts itself, by the variable
`FANZHA_ZYGOTE`; it ends with it, and every kernel with its client.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from research.reports.kernels.zygote import MESSAGE, QUIET

ADDRESS = "FANZHA_ZYGOTE"
_starting = threading.Lock()


class NotForkedError(RuntimeError):
    """A kernel has to be started rather than forked; the message says why."""


class Forked:
    """A kernel forked by the zygote, as `subprocess.Popen` would show a process of one's own."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection

    def poll(self) -> int | None:
        """The exit status, minus the signal if one ended it; None while it runs."""
        if self.returncode is None:
            try:
                # Left where it is, so that whoever else waits hears it too.
                said = self._connection.recv(MESSAGE, socket.MSG_PEEK)
            except BlockingIOError:
                return None
            except ConnectionResetError:
                said = b""
            self.returncode = json.loads(said)["ended"] if said else -signal.SIGKILL
        return self.returncode

    async def ended(self) -> None:
        """Return as soon as the process has ended, without polling."""
        while self.poll() is None:
            heard, loop = asyncio.Event(), asyncio.get_running_loop()
            with self._connection.dup() as ear:  # of its own: a loop has one reader a descriptor
                loop.add_reader(ear, heard.set)
                try:
                    await heard.wait()
                finally:
                    loop.remove_reader(ear)

    def wait(self) -> int | None:
        """Let go of a process that has ended."""
        self.poll()
        self.close()
        return self.returncode

    def close(self) -> None:
        """Let go: the zygote kills whatever is left of its process group."""
        if self.returncode is None:
            self.returncode = -signal.SIGKILL
        self._connection.close()

    def send_signal(self, signum: int) -> None:
        """Signal the process alone."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def zygote() -> str:
    """The address of the zygote of this process, started if there is none."""
    with _starting:
        if ADDRESS not in os.environ:
            if sys.platform != "linux":
                # macOS: system libraries run threads that no fork survives. Windows has no fork.
                raise NotForkedError(f"forking is not safe on {sys.platform}")
            os.environ[ADDRESS] = _start()
        return os.environ[ADDRESS]


def prepare() -> None:
    """Start the zygote now: whatever this process starts from here on shares it."""
    with contextlib.suppress(NotForkedError):  # said again, aloud, when a kernel is started
        zygote()


def _start() -> str:
    folder = tempfile.mkdtemp(prefix="fanzha-")  # of mode 0700
    path = f"{folder}/zygote"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen(128)  # from now on clients can ask; they are answered once it is warm
        module = ("-P", "-m", "research.reports.kernels.zygote")
        process = subprocess.Popen(
            [sys.executable, *module, str(listener.fileno()), folder],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            env=os.environ | QUIET,
            start_new_session=True,  # Ctrl-C is for the client, which ends its kernels itself
        )
    atexit.register(_stop, process)
    return path


def _stop(process: subprocess.Popen[bytes]) -> None:
    os.environ.pop(ADDRESS, None)
    assert process.stdin
    process.stdin.close()
    process.wait()


def _descriptor(stream: int | IO[str] | None, standard: int) -> int:
    if isinstance(stream, int) and stream < 0:
        raise NotForkedError("its client asks for a pipe")
    return standard if stream is None else stream if isinstance(stream, int) else stream.fileno()


async def fork(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: str | Path | None = None,
    stdout: int | IO[str] | None = None,
    stderr: int | IO[str] | None = None,
) -> Forked:
    """A running kernel, its sockets bound. Raises `NotForkedError`, `RuntimeError` if it dies."""
    streams = [_descriptor(stdout, 1), _descriptor(stderr, 2)]
    request = {"argv": list(argv), "env": dict(env), "cwd": str(cwd or Path.cwd())}
    address = zygote()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(address)
        socket.send_fds(connection, [json.dumps(request).encode()], streams)
        connection.setblocking(False)
        said = await asyncio.get_running_loop().sock_recv(connection, MESSAGE)
    except OSError as problem:
        connection.close()
        raise NotForkedError(f"no zygote at {address}: {problem}") from problem
    except BaseException:
        connection.close()
        raise
    ended = {"refused": f"the zygote at {address} has ended"}
    answer: dict[str, Any] = json.loads(said) if said else ended
    if "pid" in answer:
        return Forked(answer["pid"], connection)
    connection.close()
    if "refused" in answer:
        raise NotForkedError(answer["refused"])
    raise RuntimeError(f"the kernel ended while it started, with status {answer['ended']}")
