"""Many runs at once: validate, execute in worker processes, collect, and rebuild the index.

One failing run does not stop the others; every failure comes back as a `Result` with its cause.
"""

from __future__ import annotations

import html
import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from textwrap import shorten

import nbformat

from research.record.record import Record
from research.record.tables import replace_with
from research.reports.html import Entry, render_index
from research.reports.parameters import MODELS, ParameterError, parameters
from research.reports.run import Project, Result, Run, execute, parameters_of


def pool(jobs: int) -> Executor:
    """Worker processes, started fresh: a process that has used Polars must not be forked."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def run_all(
    runs: Iterable[Run], project: Project, reports: Path, record: Record, executor: Executor
) -> Iterator[Result]:
    """Execute runs and yield each result as it comes; the index is written at the end.

    Parameters are checked against the record before anything is executed.
    """
    refused: list[Entry] = []
    waiting: dict[Future[Result], Run] = {}
    for run in runs:
        try:
            values = parameters_of(run)
            parameters(run.notebook, record, values, run.origin)
        except ParameterError as error:
            refused.append(_refused(run, str(error)))
            yield Result(run, 0.0, str(error))
            continue
        waiting[executor.submit(execute, run, values, project, reports)] = run
    for future in as_completed(waiting):
        problem = future.exception()
        # A dead kernel or a full disk ends this run, not the batch.
        said = f"{type(problem).__name__}: {shorten(str(problem), 300)}"
        yield Result(waiting[future], 0.0, said) if problem else future.result()
    write_index(reports, refused)


def _refused(run: Run, error: str) -> Entry:
    """A run that never started stands on the index too, with its cause."""
    lang = str(run.parameters.get("lang", "zh"))
    return Entry(run.notebook, run.name, run.name, lang, None, status="failed", error=error)


def _title(page: Path) -> str:
    head = page.read_text(encoding="utf-8")[:4096]
    return html.unescape(head.partition("<title>")[2].partition("</title>")[0])


def _error(notebook: nbformat.NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]
    return " ".join(errors[-1].split()) if errors else "failed"


def _entry(path: Path, reports: Path) -> Entry:
    """One line of the index, from an executed notebook beside its page."""
    notebook = nbformat.read(path, as_version=4)
    given = dict(notebook.metadata.get("papermill", {}).get("parameters", {}))
    failed = path.stem.endswith(".failed")
    name = path.stem.removesuffix(".failed")
    page = path.with_name(f"{name}.html")
    there = page.relative_to(reports).as_posix() if page.exists() else None
    return Entry(
        notebook=path.parent.name,
        name=name,
        title=_title(page) if there and not failed else name,
        lang=str(given.get("lang", "zh")),
        href=None if failed else there,
        status="failed" if failed else "ok",
        error=_error(notebook) if failed else "",
        parameters={key: value for key, value in given.items() if value is not None},
        question=notebook.metadata.get("fanzha", {}).get("question", {}),
        files={"ipynb": path.relative_to(reports).as_posix()},
    )


def write_index(reports: Path, refused: Iterable[Entry] = ()) -> Path:
    """`index.html` over every report that stands in the folder, failed runs among them."""
    order = list(MODELS)
    found = [path for path in reports.glob("*/*.ipynb") if path.parent.name in order]
    found.sort(key=lambda path: (order.index(path.parent.name), path.stem))
    text = render_index([*(_entry(path, reports) for path in found), *refused])
    index = reports / "index.html"
    replace_with(index, lambda path: path.write_text(text, encoding="utf-8"))
    return index
