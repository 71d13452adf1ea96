"""Doing one run with papermill: a pure function of its task.

Which runs there are is `run.py`, many at once `batch.py`, how a page looks `html.py`, and the
process in which the cells run `kernels`.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from research.record.record import OVERLAY
from research.reports import inputs
from research.reports.html import render
from research.reports.kernels.engine import ForkEngine
from research.reports.task import OVERLAID, Outcome, Task, tell

_CODE = inputs.code()  # as it was when this process read it


def execute(task: Task) -> Outcome:
    """What comes of a task. Raises nothing that a notebook does; that is an outcome too."""
    if task.code != _CODE:
        said = "this worker has another version of the package; install the same one everywhere"
        return Outcome(task.title, error=said)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fanzha-") as scratch:
        folder = Path(scratch)
        for name, content in task.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with _overlaid(folder / OVERLAID):
            notebook, error, lost = _executed(task, folder)
    cells = tuple(_seconds(cell) for cell in notebook.cells if cell.cell_type == "code")
    text = nbformat.writes(_stripped(notebook)) + "\n"
    page = "" if error else _page(task, notebook)
    return Outcome(task.title, text, page, error, lost, time.monotonic() - began, cells)


@contextmanager
def _overlaid(folder: Path) -> Iterator[None]:
    """Let `rs.load()` in the kernel see the tables that came with the task, and no others."""
    before = os.environ.pop(OVERLAY, None)
    if folder.is_dir():
        os.environ[OVERLAY] = str(folder)
    try:
        yield
    finally:
        os.environ.pop(OVERLAY, None)
        if before is not None:
            os.environ[OVERLAY] = before


def _executed(task: Task, folder: Path) -> tuple[nbformat.NotebookNode, str, bool]:
    """The notebook as far as it got, the cause in one line if it did not end, and if it was lost.

    papermill would save it after each cell; it is kept in memory instead, until somebody wants it.
    """
    source = nbformat.reads(task.notebook, as_version=4)
    begun: list[NotebookExecutionManager] = []
    cause, lost = "", False
    try:
        executed = papermill.execute_notebook(
            source,
            None,
            parameters=dict(task.parameters),
            engine_name=_Told.NAME,
            kernel_name="python3",
            progress_bar=False,
            cwd=str(folder),
            execution_timeout=task.timeout,
            coalesce_streams=True,  # where a stream was cut is chance
            title=task.title,
            begun=begun,
        )
        return executed, cause, lost
    except PapermillExecutionError as error:
        said = " ".join(str(error.evalue).split())
        cause = f"{_place(source, error)}: {error.ename}: {said}"
    except CellTimeoutError:
        cause = f"a cell ran longer than {task.timeout:g} s and was stopped"
    except (DeadKernelError, RuntimeError) as error:
        cause, lost = f"the kernel died: {' '.join(str(error).split())}", True
    return begun[0].nb if begun else source, cause, lost


def _place(source: nbformat.NotebookNode, error: PapermillExecutionError) -> str:
    """Which cell failed, as a person counts in the notebook's source."""
    found = [n for n, cell in enumerate(source.cells, 1) if cell.source == error.source]
    return f"cell {found[0]}" if found else "the cell of parameters"


class _Told(ForkEngine):
    """The engine with forked kernels, which tells of each cell as it begins."""

    NAME = "fanzha-told"

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Two options are ours: what the run is called, and where to put what becomes of it."""
        title = kwargs.pop("title")
        kwargs.pop("begun").append(nb_man)
        begin, cells = nb_man.cell_start, len(nb_man.nb.cells)

        def started(cell: nbformat.NotebookNode, index: int, **more: Any) -> None:
            tell((title, index, cells))
            begin(cell, index, **more)

        nb_man.cell_start = started
        return super().execute_managed_notebook(nb_man, kernel_name, *args, **kwargs)


papermill_engines.register(_Told.NAME, _Told)


def _seconds(cell: nbformat.NotebookNode) -> float:
    return float(cell.metadata.get("papermill", {}).get("duration") or 0.0)


def _stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without clocks, machine paths and random ids, so that the same run gives the same bytes."""
    parameters = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata["papermill"] = {"parameters": parameters}
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-{number}"
    return notebook


def _page(task: Task, notebook: nbformat.NotebookNode) -> str:
    name = task.title.rpartition("/")[2]
    lang = str(task.parameters.get("lang", "zh"))
    return render(notebook, lang=lang, files={"ipynb": f"{name}.ipynb"})
