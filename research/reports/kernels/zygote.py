"""The warm parent: it has imported everything, computed nothing, and forks one kernel a request.

fork keeps memory but no threads: a lock that a lost thread held stays shut for ever. Polars starts
its pool with its first operation, so a process that ran one must not be forked, while one that
only imported it may be. This process imports, listens and looks at its own threads before every
fork; it refuses if there are more than it knows. What asks it is `forked.py`.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

MESSAGE = 1 << 18  # bytes; a request carries a whole environment

# Threads that a fork may lose. This one sleeps from the import of Polars on, until a query has
# spilled to disk; a child that spills leaves its files for the next process that does to delete.
IDLE = {"polars-ooc-clea"}

# Read when a library is loaded: set for this process alone, so that it starts no thread of its own.
QUIET = {
    "OPENBLAS_NUM_THREADS": "1",
    "_RJEM_MALLOC_CONF": "background_thread:false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
# Variables that an interpreter or a library reads as it starts: a kernel that has others than
# this process cannot be forked from it.
AT_START = ("PYTHON", "LD_", "OMP_", "OPENBLAS_", "POLARS_", "_RJEM_")

LAUNCHER = ("-m", "ipykernel_launcher")
_KILL_ME_TOO = 1  # PR_SET_PDEATHSIG: the kernel dies with this process, however that ends


def threads() -> list[str]:
    """Names of the threads of this process, but for the main one, that a fork must not lose."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        name, _, state = (task / "stat").read_text().partition("(")[2].rpartition(") ")
        if int(task.name) != os.getpid() and not (name in IDLE and state.startswith("S")):
            found.append(name)
    return sorted(found)


def at_start(env: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that cannot be changed after the start."""
    return {k: v for k, v in env.items() if k.startswith(AT_START) and k not in QUIET}


def objection(request: Mapping[str, Any], own: Mapping[str, str]) -> str:
    """Why this request needs a process of its own, in a few words; blank if it can be forked."""
    python, *launcher = request["argv"][:3]
    if python != sys.executable or tuple(launcher) != LAUNCHER:
        return f"it is not ipykernel in {sys.executable}"
    theirs = at_start(request["env"])
    if differing := sorted(dict(theirs.items() ^ at_start(own).items())):
        return f"its environment differs in {', '.join(differing)}"
    if found := threads():
        return f"the parent has threads: {', '.join(found)}"
    return ""


def say(connection: socket.socket, **words: Any) -> None:
    """Send one message; a client that has gone needs none."""
    try:
        connection.send(json.dumps(words).encode())
    except (BrokenPipeError, ConnectionResetError):
        return


class Zygote:
    """One connection is one kernel. When a connection closes, its kernel's process group ends."""

    def __init__(self, listener: socket.socket, lifeline: int) -> None:
        self.env = dict(os.environ)
        self.kernels: dict[int, int] = {}  # process id → descriptor that tells its end
        self.ears = selectors.DefaultSelector()
        self.ears.register(listener, selectors.EVENT_READ, self.accept)
        self.ears.register(lifeline, selectors.EVENT_READ, self.stop)

    def serve(self) -> NoReturn:
        """Answer until the lifeline, held by the process that started this one, is cut."""
        while True:
            self.turn()

    def turn(self) -> None:
        """Wait until something is heard, and do it."""
        for key, _ in self.ears.select():
            # The end of a kernel and of its client may be heard at once: either settles both.
            if self.ears.get_map().get(key.fd) is key:
                key.data(key.fileobj)

    def accept(self, listener: socket.socket) -> None:
        """A client: its request comes next."""
        self.ears.register(listener.accept()[0], selectors.EVENT_READ, self.launch)

    def launch(self, connection: socket.socket) -> None:
        """Fork a kernel, or say why not. The kernel itself answers, once its sockets are bound."""
        self.ears.unregister(connection)
        payload, streams, _, _ = socket.recv_fds(connection, MESSAGE, 2)
        request = json.loads(payload) if payload else None
        refused = objection(request, self.env) if request else "nothing asked"
        if request and not refused:
            pid = os.fork()
            if not pid:
                for key in list(self.ears.get_map().values()):
                    os.close(key.fd)
                self.ears.close()
                become(request, streams, connection)
            self.watch(pid, connection)
        else:
            say(connection, refused=refused)
            connection.close()
        for stream in streams:
            os.close(stream)

    def watch(self, pid: int, connection: socket.socket) -> None:
        """Hear of the end of a kernel, and of its client."""
        self.kernels[pid] = os.pidfd_open(pid)
        ended, left = partial(self.ended, pid, connection), partial(self.left, pid)
        self.ears.register(self.kernels[pid], selectors.EVENT_READ, ended)
        self.ears.register(connection, selectors.EVENT_READ, left)

    def ended(self, pid: int, connection: socket.socket, pidfd: int) -> None:
        """Tell the client how its kernel ended. It stays a zombie, so that its id stays its own."""
        self.ears.unregister(pidfd)
        how = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        exited = how is not None and how.si_code == os.CLD_EXITED
        say(connection, ended=how.si_status * (1 if exited else -1) if how else 0)

    def left(self, pid: int, connection: socket.socket) -> None:
        """The client is done with its kernel, or dead: nothing that it started stays behind."""
        self.ears.unregister(connection)
        connection.close()
        self.end(pid)

    def end(self, pid: int) -> None:
        """Kill a kernel with its process group, and reap it."""
        pidfd = self.kernels.pop(pid)
        if pidfd in self.ears.get_map():
            self.ears.unregister(pidfd)
        os.close(pidfd)
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):  # killed before it led a group of its own
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def stop(self, _lifeline: int) -> NoReturn:
        """The process that started this one has ended."""
        for pid in list(self.kernels):
            self.end(pid)
        raise SystemExit


def become(request: Mapping[str, Any], streams: list[int], connection: socket.socket) -> NoReturn:
    """Turn this new child into the kernel that the request describes, and end with it."""
    status = 1
    try:
        ctypes.CDLL(None).prctl(_KILL_ME_TOO, signal.SIGKILL)
        os.setsid()
        for stream, standard in zip(streams, (1, 2), strict=True):
            os.dup2(stream, standard)
            os.close(stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        if "numpy.random" in sys.modules:
            sys.modules["numpy.random"].seed()  # Python's own generator does so by itself
        sys.argv = ["ipykernel_launcher", *request["argv"][3:]]

        from ipykernel.kernelapp import IPKernelApp

        app = IPKernelApp.instance(parent_handle=1)  # no thread that watches it: the kernel does
        app.initialize(sys.argv[1:])
        say(connection, pid=os.getpid())
        connection.close()
        app.start()
        # The control thread flushes its output last: closing that first would cost it 10 s.
        app.control_thread.stop()
        app.control_thread.join()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        if not _alone(connection):
            traceback.print_exc(file=sys.__stderr__)
    finally:
        _leave(status)


def _alone(connection: socket.socket) -> bool:
    """Whether the client has gone before its kernel came to life, and its folder with it."""
    if connection.fileno() < 0:
        return False
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def _leave(status: int) -> NoReturn:
    """End as an interpreter does, but for taking apart what the parent has built."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream:
                stream.flush()
    finally:
        os._exit(status)


def main(listener: int, folder: str) -> None:
    """Serve the bound socket with this descriptor; its folder goes when standard input closes."""
    try:
        import research.reports.kernels.warm  # noqa: F401

        gc.collect()
        gc.freeze()  # a collection in a child would touch, and so copy, every page
        Zygote(socket.socket(fileno=listener), sys.stdin.fileno()).serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
