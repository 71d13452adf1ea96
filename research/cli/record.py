"""`fanzha export`: the record in other formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from research.cli.common import Overlay, app, laid_over, loaded, stop


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="A folder, or a file for sdmx-csv.")],
    format: Annotated[Literal["csv", "parquet", "sdmx-csv"], typer.Option()] = "csv",
    overlay: Overlay = None,
) -> None:
    """Write the record as CSV with its data package, Parquet, or SDMX-CSV."""
    laid_over(overlay)
    try:
        typer.echo(loaded(overlay).export(path, format))
    except (ValueError, OSError) as error:
        raise stop(str(error)) from error
