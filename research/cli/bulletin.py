"""`fanzha read`, `fanzha check`, `fanzha add`: a bulletin arrives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from research.cli.common import app, stop
from research.loaders.bulletin import BulletinError, Reading, read_bulletin
from research.record.record import RecordError

Issued = Annotated[
    str | None, typer.Option(metavar="DAY", help="Day of issue, YYYY-MM-DD, if the page is silent.")
]
Title = Annotated[str | None, typer.Option(help="Headline, where the page shows none.")]


def _read(file: Path, issued: str | None, title: str | None) -> Reading:
    try:
        return read_bulletin(file, issued, title)
    except (BulletinError, RecordError) as error:
        raise stop(str(error)) from error


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="HTML or plain text.")],
    issued: Issued = None,
    title: Title = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
) -> None:
    """Read bulletins: observations, claims, and every quantity that was not understood."""
    for found in [_read(file, issued, title) for file in files]:
        if as_json:
            typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        else:
            _print(found)


def _window(row: dict[str, object]) -> str:
    if row["start"] is None:
        return "?"
    guessed = "" if row.get("window_certain", True) else " ~"
    return f"{row['start']}..{row['end']}{guessed}"


def _print(found: Reading) -> None:
    """Three tables; ~ marks a window that was inferred."""
    console = Console()
    about = found.source
    console.print(
        f"{about['title']} · {about['issuer']} · {about['outlet']} · {about['issued']}",
        markup=False,
    )
    table = Table("indicator", "geo", "scope", "window", "printed", "change", box=None)
    for row in found.observations.iter_rows(named=True):
        cells = (
            row["indicator"],
            row["geo"],
            row["scope"],
            _window(row),
            row["printed"],
            row["yoy_printed"],
        )
        table.add_row(*(str(c or "") for c in cells))
    for row in found.claims.iter_rows(named=True):
        kind = f"{row['kind']} {row['value']:g}" if row["value"] else row["kind"]
        table.add_row(row["indicator"], row["geo"], row["scope"], _window(row), kind, "")
    console.print(table)
    if found.unread.height:
        lines = [
            f"{printed} ({reason})"
            for printed, reason in found.unread.select("printed", "reason").iter_rows()
        ]
        console.print(f"not understood: {', '.join(lines)}", markup=False, highlight=False)
