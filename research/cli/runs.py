"""`fanzha run`, `list`, `why`, `verify`: parameter files → reports."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, Literal

import typer
import yaml
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from research.cli.common import Overlay, app, console, laid_over, loaded, stop
from research.reports.batch import Batch, Result, Workers, cluster
from research.reports.inputs import TABLES
from research.reports.run import ParameterError, Project, Reader, Run
from research.reports.shelf import Shelf

Selected = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NOTEBOOK[/NAME]]...", help="Runs; all of them if none is named."),
]
Reports = Annotated[Path, typer.Option(help="The folder of reports.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=1, help="Runs at once.")]
_JOBS = os.cpu_count() or 1


def _overrides(pairs: list[str], lang: str | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for pair in pairs:
        key, found, value = pair.partition("=")
        if not found or not key:
            raise stop(f"-p {pair}: write it as key=value")
        try:
            values[key] = yaml.load(value, Loader=Reader)
        except yaml.YAMLError as problem:
            raise stop(f"-p {pair}: the value is not readable as YAML; quote it") from problem
    return values | ({"lang": lang} if lang else {})


def _project() -> Project:
    """The checkout that the call stands in."""
    project = Project()
    if not project.notebooks.is_dir():
        raise stop("no notebooks/ here; call fanzha in a checkout of the project")
    return project


def _runs(batch: Batch, selected: Iterable[str], overrides: dict[str, Any]) -> list[Run]:
    """The runs asked for; what is given on the command line must be right before any is begun."""
    try:
        runs = batch.project.runs(selected, overrides)
        for run in runs if overrides.keys() - {"lang"} else ():
            batch.checked(run)
    except ParameterError as error:
        raise stop(str(error)) from error
    return runs


def batch_of(reports: Path, overlay: Path | None = None) -> Batch:
    """The batch of the checkout that the call stands in."""
    over = laid_over(overlay)
    return Batch(_project(), Shelf(reports), partial(loaded, overlay), (TABLES, *over))


_COLOURS = {"done": "green", "failed": "red", "skipped": "yellow", "unchanged": "dim"}


def _line(result: Result) -> str:
    about = f"{result.seconds:.1f} s" if result.status == "done" else result.error
    colour, said = _COLOURS[result.status], about.replace("[", "\\[")
    return f"[{colour}]{result.status:<8}[/{colour}]  {result.run.title}  {said}"


class Watch:
    """A line for the batch and one for each run on its way, cell by cell."""

    def __init__(self, total: int, quiet: Iterable[str] = ()) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        elapsed = TimeElapsedColumn()
        self.progress = Progress(*columns, elapsed, console=console, transient=True)
        self.batch = self.progress.add_task("runs", total=total)
        self.running: dict[str, TaskID] = {}
        self.quiet = set(quiet)

    def hear(self, said: tuple[str, int, int]) -> None:
        """A run begins a cell."""
        title, cell, cells = said
        if title not in self.running:
            self.running[title] = self.progress.add_task(title, total=cells)
        self.progress.update(self.running[title], completed=cell)

    def show(self, results: Iterable[Result]) -> list[Result]:
        """Show each result as it comes, but for the quiet kinds, and return them all."""
        seen = []
        with self.progress:
            for result in results:
                seen.append(result)
                self.progress.advance(self.batch)
                if (line := self.running.pop(result.run.title, None)) is not None:
                    self.progress.remove_task(line)
                if result.status not in self.quiet:
                    console.print(_line(result), soft_wrap=True)
        return seen


@app.command()
def run(
    selected: Selected = None,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", metavar="KEY=VALUE", help="Overrides.")
    ] = None,
    lang: Annotated[Literal["zh", "en"] | None, typer.Option(help="For every run.")] = None,
    reports: Reports = Path("reports"),
    jobs: Jobs = _JOBS,
    force: Annotated[bool, typer.Option("--force", help="Do unchanged runs too.")] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only reports that exist and have become old.")
    ] = False,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds that a cell may take.")] = None,
    retries: Annotated[int, typer.Option(min=0, help="New tries where a kernel died.")] = 1,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at a failure.")] = False,
    overlay: Overlay = None,
) -> None:
    """Execute parameter files with papermill and write reports/ and reports/index.html.

    A run whose notebook, parameters, rows of the record, code and libraries are as they were is
    skipped. A run with overrides gets a name of its own; `fanzha run trend -p
    indicator=funds_stopped` is one run of the notebook's defaults. Status 1 if any run failed, 2 if
    the call was wrong, 130 if it was interrupted: what is finished stays, the next call does the
    rest.
    """
    began, batch = monotonic(), batch_of(reports, overlay)
    runs = _runs(batch, selected or (), _overrides(parameter or [], lang))
    if changed:
        made = {run.title: run for run in batch.shelf.runs(batch.project)}
        named = {run.title for run in runs}
        runs = [run for title, run in made.items() if not selected or title in named]
    watch = Watch(len(runs), quiet=["unchanged"])
    local = partial(Workers, jobs, watch.hear)
    executors: Callable[[], Executor] = partial(cluster, dask) if dask else local
    coming = batch.run(
        runs, executors, force=force, fail_fast=fail_fast, retries=retries, timeout=timeout
    )
    try:
        results = watch.show(coming)
    except (ConnectionError, ModuleNotFoundError) as problem:
        hint = "; `pip install 'fanzha[dask]'`" if isinstance(problem, ImportError) else ""
        raise stop(f"--dask: {problem}{hint}") from problem
    except OSError as problem:
        console.print(f"{reports}: cannot be written: {problem}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from problem
    except KeyboardInterrupt as interrupt:
        console.print("interrupted; finished reports are whole, the next call does the rest")
        raise typer.Exit(130) from interrupt
    failed = sum(result.status in ("failed", "skipped") for result in results)
    _summed(results, monotonic() - began, reports)
    if failed:
        raise typer.Exit(1)


def _summed(results: list[Result], seconds: float, reports: Path) -> None:
    """What was done, what it took, and where to look."""
    done = [result for result in results if result.status == "done"]
    same = sum(result.status == "unchanged" for result in results)
    if done:
        slowest = max(done, key=lambda result: result.seconds)
        work = sum(result.seconds for result in done)
        said = f"{seconds:.1f} s for {work:.1f} s of runs"
        console.print(f"{said}; the slowest: {slowest.run.title}, {slowest.seconds:.1f} s")
    unchanged = f", {same} of them unchanged" if same else ""
    whole = f"{len(done) + same} of {len(results)} reports{unchanged}"
    console.print(f"{whole} → {reports / 'index.html'}", soft_wrap=True)


@app.command("list")
def list_runs() -> None:
    """List every run that the parameter files of this checkout define."""
    for found in _project().runs():
        typer.echo(found.title)


@app.command()
def why(
    selected: Selected = None, reports: Reports = Path("reports"), overlay: Overlay = None
) -> None:
    """Say what has changed since each report was made: what `fanzha run` would do, and why."""
    batch = batch_of(reports, overlay)
    for run in _runs(batch, selected or (), {}):
        try:
            lines = batch.why(run)
        except ParameterError as error:
            lines = [str(error)]
        typer.echo(f"{run.title}: {'unchanged' if not lines else ''}".rstrip())
        for line in lines:
            typer.echo(f"  {line}")


@app.command()
def verify(
    selected: Selected = None,
    reports: Reports = Path("reports"),
    jobs: Jobs = _JOBS,
    overlay: Overlay = None,
) -> None:
    """Execute again, elsewhere, and compare: the same inputs must give the same bytes.

    Status 1 where a report is not there, failed, or came out otherwise.
    """
    with tempfile.TemporaryDirectory() as folder:
        again = batch_of(Path(folder), overlay)
        runs = _runs(again, selected or (), {})
        watch = Watch(len(runs), quiet=["done"])
        results = watch.show(again.run(runs, partial(Workers, jobs, watch.hear)))
        told = {r.run.title: _otherwise(r, again.shelf, Shelf(reports)) for r in results}
    wrong = {title: how for title, how in sorted(told.items()) if how}
    for title, how in wrong.items():
        console.print(f"[red]differs [/red]  {title}  {how}", soft_wrap=True)
    console.print(f"{len(runs) - len(wrong)} of {len(runs)} reports came out the same")
    if wrong:
        raise typer.Exit(1)


def _otherwise(result: Result, here: Shelf, there: Shelf) -> str:
    """How a report that was made again is not what it was; blank if it is."""
    made, kept = here.card(result.run.title), there.card(result.run.title)
    if made is None:
        return "it failed"
    if kept is None:
        return "there is no whole report of it to compare with"
    return ", ".join(e for e, known in kept["outputs"].items() if made["outputs"][e] != known)
