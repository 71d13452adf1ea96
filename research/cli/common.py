"""What every command shares: the app, the console, how a wrong call ends."""

from __future__ import annotations

import typer
from rich.console import Console

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
