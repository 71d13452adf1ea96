"""Kernels are forked from a warm parent: isolated, alike, never left behind, never unsafe."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
import papermill
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from research.reports.kernels import zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")

# All that a cell can say: streams, results, updates, clearing, errors, comms, sleeping, widgets.
SAYING = [
    'import sys\nprint("out", end="")\nprint(" again")\nprint("err", file=sys.stderr)\n1 + 1',
    """from IPython.display import HTML, clear_output, display
handle = display(HTML("<b>first</b>"), display_id="a")""",
    'handle.update(HTML("<i>second</i>"))\nprint("gone")\nclear_output()\nprint("kept")',
    'print("gone")\nclear_output(wait=True)\nprint("kept")',
    'import polars as pl\npl.DataFrame({"n": [3, 1, 2]}).sort("n")',
    """from comm import create_comm
state = {"_model_name": "IntSlider", "_model_module": "m", "value": 3}
opened = create_comm("jupyter.widget", data={"state": state}, comm_id="0" * 32)""",
    'import asyncio\nawait asyncio.sleep(0.01)\nget_ipython().system("echo shell")',
    "1 / 0",
    "_, Out[1], sorted(globals().keys() & {'In', 'handle', 'request'})",
    'raise ValueError("the end")',
    'print("not reached")',
]


def written(folder: Path, *sources: str, tags: dict[int, str] | None = None) -> Path:
    """A notebook of these cells."""
    cells = [new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
    for number, tag in (tags or {}).items():
        cells[number].metadata["tags"] = [tag]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "asked.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


def ran(notebook: Path, engine: str | None = "fanzha", **options: Any) -> nbformat.NotebookNode:
    """The notebook as executed, with its outputs even if a cell failed."""
    done = notebook.with_name("done.ipynb")
    with contextlib.suppress(PapermillExecutionError):
        papermill.execute_notebook(
            notebook, done, engine_name=engine, progress_bar=False, **options
        )
    return nbformat.read(done, as_version=4)


def printed(notebook: nbformat.NotebookNode) -> list[str]:
    """What each cell wrote to its standard output."""
    streams = [[o.text for o in cell.get("outputs", []) if "text" in o] for cell in notebook.cells]
    return ["".join(texts).strip() for texts in streams]


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state[0] != "Z"


def vanished(pid: int, seconds: float = 5) -> bool:
    """Whether a process ends before long."""
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


def test_a_forked_kernel_says_what_an_ordinary_one_says(tmp_path: Path) -> None:
    """Outputs, counts, metadata and widgets, but for times and the kernel's process id."""

    def said(engine: str | None) -> dict[str, Any]:
        done = ran(written(tmp_path, *SAYING, tags={7: "raises-exception"}), engine)
        del done.metadata["papermill"]
        for number, cell in enumerate(done.cells):
            cell.id, cell.metadata = (
                str(number),
                {"timed": sorted(cell.metadata.get("execution", []))},
            )
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    output.traceback = [line.split("/")[-1] for line in output.traceback]
        return done

    forked, ordinary = said("fanzha"), said(None)
    assert forked.cells[-1].source == SAYING[-1]
    assert forked.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert forked == ordinary


def test_runs_share_nothing_and_draw_other_numbers(tmp_path: Path) -> None:
    """What one run changes, the next does not see; generators are seeded anew."""
    notebook = written(
        tmp_path,
        "import random, sys, numpy, polars as pl\n"
        "print(random.random(), numpy.random.rand(), pl.Series(range(99)).shuffle().to_list())",
        "import research\nprint(hasattr(research, 'touched'))\nresearch.touched = True",
        "import os\nprint(os.getpid(), os.getcwd(), os.environ['ASKED'], sys.argv[0])",
        "print(get_ipython().kernel.parent.transport, sys.path[0] == os.getcwd(), input)",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASKED", "here")
        first, second = (ran(notebook, cwd=tmp_path) for _ in range(2))
    assert first.metadata.papermill.forked
    assert second.metadata.papermill.forked
    one, two = printed(first), printed(second)
    assert all(a != b for a, b in zip(one[0].split(" ", 2), two[0].split(" ", 2), strict=True))
    assert (one[1], two[1]) == ("False", "False")
    assert one[2].split()[0] != two[2].split()[0]
    assert one[2].split()[1:3] == [str(tmp_path), "here"]
    assert one[3].startswith("ipc False")


def test_the_parent_runs_nothing(tmp_path: Path) -> None:
    """It has imported, and has one thread and the idle one of Polars; no child of it is left."""
    imports = "'altair', 'polars', 'psutil', 'research.charts.show'"
    notebook = written(
        tmp_path, "import os, sys\nprint(os.getppid())", f"print({{{imports}}} <= set(sys.modules))"
    )
    said = [printed(ran(notebook)) for _ in range(3)]
    assert {warm for _, warm in said} == {"True"}
    parents = {int(parent) for parent, _ in said}
    assert len(parents) == 1
    (parent,) = parents
    names = [p.read_text().strip() for p in Path(f"/proc/{parent}/task").glob("*/comm")]
    assert set(names) - zygote.IDLE == {names[0]}
    assert len(names) <= 1 + len(zygote.IDLE)
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8")
    assert all(vanished(int(pid)) for pid in children.split())


def test_a_process_with_threads_is_not_forked() -> None:
    """This one has run Polars; and a thread of Python's own counts too."""
    assert pl.DataFrame({"n": range(10)}).group_by(pl.col("n") % 2).agg(pl.len()).height == 2
    assert "polars-0" in zygote.threads()
    before, hold = len(zygote.threads()), threading.Event()
    thread = threading.Thread(target=hold.wait)
    thread.start()
    assert len(zygote.threads()) == before + 1
    hold.set()
    thread.join()
    argv = [sys.executable, *zygote.LAUNCHER, "-f", "x"]
    assert "polars-0" in zygote.objection({"argv": argv, "env": {}}, {})


ENVIRONMENTS = st.dictionaries(
    st.sampled_from(["HOME", "POLARS_FMT", "LD_X", *zygote.QUIET]), st.sampled_from("01")
)


@given(ENVIRONMENTS, ENVIRONMENTS)
def test_variables_read_at_the_start_must_agree(
    own: dict[str, str], theirs: dict[str, str]
) -> None:
    """Those that libraries read as they are loaded; the others are set in the child."""
    argv = [sys.executable, *zygote.LAUNCHER, "-f", "x"]
    said = zygote.objection({"argv": argv, "env": theirs}, own)
    for name in ("POLARS_FMT", "LD_X"):
        assert (name in said) == (own.get(name) != theirs.get(name))
    assert "HOME" not in said


def test_another_kernel_is_started_and_it_is_said(tmp_path: Path) -> None:
    """A variable that Polars has read already: an ordinary kernel, a warning and a flag."""
    notebook = written(tmp_path, "import os\nprint(os.environ['POLARS_FMT_MAX_ROWS'])")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLARS_FMT_MAX_ROWS", "7")
        with pytest.warns(RuntimeWarning, match="not forked: .*POLARS_FMT_MAX_ROWS"):
            done = ran(notebook)
    assert printed(done) == ["7"]
    assert done.metadata.papermill.forked is False


def test_a_killed_kernel_is_reported(tmp_path: Path) -> None:
    """As nbclient reports it; its children end with it."""
    notebook = written(
        tmp_path,
        "import os, signal, subprocess\nprint(subprocess.Popen(['sleep', '1000']).pid, flush=True)",
        "os.kill(os.getpid(), signal.SIGKILL)",
    )
    with pytest.raises(DeadKernelError):
        ran(notebook)
    child = int(printed(nbformat.read(tmp_path / "done.ipynb", as_version=4))[0])
    assert vanished(child)


def test_a_hanging_kernel_is_killed(tmp_path: Path) -> None:
    """Even one that takes no interrupt, with the processes that it has started."""
    notebook = written(
        tmp_path,
        "import os, signal, subprocess\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(os.getpid(), subprocess.Popen(['sleep', '1000']).pid, flush=True)",
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except KeyboardInterrupt:\n        pass",
    )
    with pytest.raises(CellTimeoutError):
        ran(notebook, execution_timeout=1)
    pids = printed(nbformat.read(tmp_path / "done.ipynb", as_version=4))[0]
    assert all(vanished(int(pid)) for pid in pids.split())


def test_what_a_run_leaves_to_its_end_is_done(tmp_path: Path) -> None:
    """Exit handlers run and open files are flushed, as in a kernel that was started."""
    left = tmp_path / "left.txt"
    notebook = written(
        tmp_path,
        "import atexit, pathlib\n"
        f"atexit.register(lambda: pathlib.Path({str(left)!r}).write_text('left'))",
    )
    assert ran(notebook).metadata.papermill.forked
    assert left.read_text() == "left"


def test_any_jupyter_client_can_ask_for_it(tmp_path: Path) -> None:
    """By a kernelspec that names the provisioner."""
    folder = tmp_path / "kernels" / "forked"
    folder.mkdir(parents=True)
    argv = '["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]'
    asks = '{"kernel_provisioner": {"provisioner_name": "fanzha"}}'
    (folder / "kernel.json").write_text(
        f'{{"argv": {argv}, "display_name": "f", "language": "python", "metadata": {asks}}}'
    )
    specs = KernelSpecManager(kernel_dirs=[str(folder.parent)], ensure_native_kernel=False)
    manager = KernelManager(kernel_name="forked", kernel_spec_manager=specs, transport="ipc")
    manager.ip = str(tmp_path / "k")
    manager.connection_file = str(tmp_path / "kernel.json")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    heard: list[str] = []
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive(
            "import os\nprint(os.getpid())",
            output_hook=lambda message: heard.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    pid = int("".join(heard))
    assert manager.provisioner is not None
    assert not alive(pid)
    assert not (tmp_path / "kernel.json").exists()


def test_the_ends_of_a_kernel_and_of_its_client_may_be_heard_at_once(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(tmp_path / "zygote"))
        listener.listen()
        lifeline, held = os.pipe()
        parent = zygote.Zygote(listener, lifeline)
        kernel = subprocess.Popen(["sleep", "60"], start_new_session=True)
        client, connection = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent.watch(kernel.pid, connection)
        client.close()
        kernel.kill()
        os.waitid(os.P_PID, kernel.pid, os.WEXITED | os.WNOWAIT)
        parent.turn()
        assert not parent.kernels
        assert {key.fileobj for key in parent.ears.get_map().values()} == {listener, lifeline}
        os.close(lifeline)
        os.close(held)
        assert kernel.wait() == 0  # as Popen says of a process that somebody else has reaped


def test_nothing_outlives_the_process_that_asked(tmp_path: Path) -> None:
    """Killed outright, it leaves neither kernel nor parent nor folder behind."""
    pids = tmp_path / "pids"
    notebook = written(
        tmp_path,
        "import os, pathlib, time\n"
        f"pathlib.Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{os.getppid()}}')\n"
        "time.sleep(1000)",
    )
    code = (
        "import papermill; from research.reports.kernels import zygote, forked;"
        f"papermill.execute_notebook({str(notebook)!r}, None, engine_name='fanzha')"
    )
    env = {k: v for k, v in os.environ.items() if k != "FANZHA_ZYGOTE"} | {"TMPDIR": str(tmp_path)}
    owner = subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not (pids.exists() and pids.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    kernel, parent = map(int, pids.read_text().split())
    assert alive(kernel)
    assert alive(parent)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert vanished(kernel)
    assert vanished(parent)
    assert not list(tmp_path.glob("fanzha-*/zygote"))
