"""`fanzha run` and `fanzha list`: parameter files → reports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import yaml
from papermill.iorw import NoDatesSafeLoader
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from research.cli.common import app, console, stop
from research.record.record import load
from research.record.tables import TableError
from research.reports.batch import pool, run_all
from research.reports.parameters import ParameterError, parameters
from research.reports.run import Project, Result, parameters_of


def _overrides(pairs: list[str], lang: str | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for pair in pairs:
        key, found, value = pair.partition("=")
        if not found or not key:
            raise stop(f"-p {pair}: write it as key=value")
        try:
            values[key] = yaml.load(value, Loader=NoDatesSafeLoader)
        except yaml.YAMLError as problem:
            raise stop(f"-p {pair}: the value is not readable as YAML; quote it") from problem
    return values | ({"lang": lang} if lang else {})


def _project() -> Project:
    """The checkout that the call stands in."""
    project = Project()
    if not project.notebooks.is_dir():
        raise stop("no notebooks/ here; call fanzha in a checkout of the project")
    return project


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)


def _line(result: Result) -> str:
    if result.error:
        return f"[red]failed[/red]  {result.run.title}  {_escaped(result.error)}"
    return f"[green]done[/green]    {result.run.title}  {result.seconds:.1f} s"


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")


@app.command()
def run(
    selected: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NOTEBOOK[/NAME]]...", help="Runs; all of them if none is named."),
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", metavar="KEY=VALUE", help="Overrides.")
    ] = None,
    lang: Annotated[Literal["zh", "en"] | None, typer.Option(help="For every run.")] = None,
    reports: Annotated[Path, typer.Option(help="Where to write.")] = Path("reports"),
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Runs at once.")] = (
        os.cpu_count() or 1
    ),
) -> None:
    """Execute parameter files with papermill and write reports/ and reports/index.html.

    A run with overrides gets a name of its own; `fanzha run trend -p indicator=funds_stopped` is
    one run of the notebook's defaults. Status 1 if any run failed, 2 if the call was wrong.
    """
    project = _project()
    try:
        overrides, record = _overrides(parameter or [], lang), load()
        runs = project.runs(selected or (), overrides)
        for wrong in runs if overrides else ():
            parameters(wrong.notebook, record, parameters_of(wrong), wrong.origin)
    except (ParameterError, TableError) as error:
        raise stop(str(error)) from error
    failures = 0
    with _progress() as progress, pool(min(jobs, max(len(runs), 1))) as executor:
        task = progress.add_task("runs", total=len(runs))
        for result in run_all(runs, project, reports, record, executor):
            failures += bool(result.error)
            progress.advance(task)
            console.print(_line(result), soft_wrap=True)
    console.print(f"{len(runs) - failures} of {len(runs)} reports → {reports / 'index.html'}")
    if failures:
        raise typer.Exit(1)


@app.command("list")
def list_runs() -> None:
    """List every run that the parameter files of this checkout define."""
    for found in _project().runs():
        typer.echo(found.title)
