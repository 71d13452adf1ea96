"""What every command shares: the app, the console, how a wrong call ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from research.record.record import Record

Overlay = Annotated[
    Path | None,
    typer.Option(
        envvar="FANZHA_OVERLAY", help="A folder of your own tables to lay over the record."
    ),
]

app = typer.Typer(
    help="An open, reproducible record of China's campaign against telecom and online fraud.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(stderr=True, highlight=False)


def stop(message: str) -> typer.Exit:
    """Status 2: the call was wrong and nothing was done."""
    console.print(message, style="red", markup=False, soft_wrap=True)
    return typer.Exit(2)


def laid_over(overlay: Path | None) -> tuple[Path, ...]:
    """The folder that lies over the record, if any."""
    if overlay is None:
        return ()
    if not overlay.is_dir():
        raise stop(f"--overlay {overlay}: no such folder; `fanzha add` makes one")
    return (overlay,)


def loaded(overlay: Path | None) -> Record:
    """The record, with what lies over it."""
    from research.record.record import load
    from research.record.tables import TableError

    try:
        return load(overlay=overlay)
    except TableError as error:
        raise stop(str(error)) from error
