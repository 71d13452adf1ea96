"""`fanzha read`, `fanzha check`, `fanzha add`: a bulletin arrives."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from research.cli.common import Overlay, app, console, laid_over, loaded, stop
from research.cli.runs import Reports, batch_of

if TYPE_CHECKING:
    import polars as pl

    from research.lang import Lang
    from research.loaders.bulletin import Reading
    from research.metrics.verdicts import Verdict
    from research.record.record import Record

File = Annotated[Path, typer.Argument(metavar="FILE", help="A bulletin: HTML or plain text.")]
Issued = Annotated[
    str | None, typer.Option(metavar="DAY", help="Day of issue, YYYY-MM-DD, if the page is silent.")
]
Title = Annotated[str | None, typer.Option(help="Headline, where the page shows none.")]
_EDITED = ("indicator", "geo", "scope", "start", "end", "printed", "yoy_printed")
_EDITED_CLAIM = ("kind", "indicator", "geo", "scope", "start", "end", "value")


def _read(file: Path, issued: str | None, title: str | None, **more: Any) -> Reading:
    from research.loaders.bulletin import BulletinError, read_bulletin
    from research.record.record import RecordError

    try:
        return read_bulletin(file, issued, title, **more)
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
            _print_reading(found)


@app.command()
def check(
    file: File,
    issued: Issued = None,
    title: Title = None,
    as_of: Annotated[str | None, typer.Option(help="Hold it against what was known then.")] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="For the report.")] = "zh",
    reports: Reports = Path("reports"),
    overlay: Overlay = None,
) -> None:
    """Read a bulletin and hold each statement against all that was ever announced.

    Verdicts are shown here; in a checkout a report is written too.
    """
    laid_over(overlay)
    found, record = _read(file, issued, title), loaded(overlay)
    _print_verdicts(found, _verdicts(found, record, as_of), record, lang)
    if Path("notebooks/check.ipynb").is_file():
        values = {"bulletin": _inside(file), "issued": issued, "as_of": as_of, "lang": lang}
        given = {key: value for key, value in values.items() if value is not None}
        _write_report(file, given, reports, overlay)


@app.command()
def add(
    file: File,
    record: Annotated[
        Path, typer.Option(metavar="DIR", help="Your own folder of tables; made if it is new.")
    ],
    issued: Issued = None,
    title: Title = None,
    source_id: Annotated[str | None, typer.Option(help="Short name of the source.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take every row whose window is known.")
    ] = False,
) -> None:
    """Read a bulletin, choose among its rows, and write them to your own tables.

    Each row is shown: accept, edit or drop it. `fanzha run --overlay DIR` then sees them.
    """
    from research.loaders.overlay import add as add_to
    from research.record.tables import TableError

    found = _read(file, issued, title, source_id=source_id)
    over = loaded(None)
    tables = found.tables() if yes else _chosen(found)
    taken = tables["observations"].height + tables["claims"].height
    left = found.observations.height + found.claims.height - taken
    if not taken:
        raise stop("no row was taken; nothing is written")
    try:
        added = add_to(record, tables, over)
    except TableError as error:
        raise stop(f"{error}; nothing is written") from error
    said = ", ".join(f"{count} {name}" for name, count in added.items())
    console.print(f"{said} → {record} ({left} rows left out)", soft_wrap=True)
    console.print(f"fanzha run --overlay {record} shows them", soft_wrap=True)


def _inside(file: Path) -> str:
    """A file as the project's folder sees it, if it stands there; a batch can then send it on."""
    whole, here = file.resolve(), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else str(whole)


def _write_report(file: Path, values: dict[str, Any], reports: Path, overlay: Path | None) -> None:
    from research.reports.batch import Workers
    from research.reports.run import ParameterError, Run

    batch = batch_of(reports, overlay)
    try:
        run = Run("check", file.stem, values)
        batch.checked(run)
    except ParameterError as error:
        raise stop(str(error)) from error
    for result in batch.run([run], partial(Workers, 1)):
        if result.error:
            console.print(result.error, markup=False, soft_wrap=True)
            raise typer.Exit(1)
        console.print(f"→ {result.report}", soft_wrap=True)


def _verdicts(found: Reading, record: Record, as_of: str | None) -> list[Verdict]:
    from research.metrics.verdicts import check as verdicts
    from research.record.record import RecordError
    from research.record.tables import TableError

    try:
        whole = record.overlay(found.tables())
        return verdicts(found.source["source_id"], whole, as_of=as_of)
    except (RecordError, TableError) as error:
        raise stop(str(error)) from error


def _window(row: dict[str, Any]) -> str:
    """The window in two lines; ~ marks one that was inferred."""
    if row["start"] is None:
        return "?"
    guessed = "" if row.get("window_certain", True) else " ~"
    return f"{row['start']}\n{row['end']}{guessed}"


def _print_reading(found: Reading) -> None:
    from rich.console import Console
    from rich.table import Table

    out, about = Console(), found.source
    heads = [about[key] for key in ("title", "issuer", "outlet", "issued") if about[key]]
    out.print(" · ".join(map(str, heads)), markup=False)
    table = Table("indicator", "place", "scope", "window", "printed", "change")
    for row in found.observations.iter_rows(named=True):
        said = [row[c] or "" for c in ("printed", "yoy_printed")]
        table.add_row(row["indicator"], row["geo"], row["scope"], _window(row), *said)
    for row in found.claims.iter_rows(named=True):
        kind = f"{row['kind']} {row['value']:g}" if row["value"] else row["kind"]
        table.add_row(row["indicator"], row["geo"], row["scope"], _window(row), kind, "")
    out.print(table)
    if found.unread.height:
        pairs = found.unread.select("printed", "reason").iter_rows()
        told = ", ".join(f"{printed} ({reason})" for printed, reason in pairs)
        out.print(f"not understood: {told}", markup=False, highlight=False)


_COLOURS = {"contradicted": "red", "compatible": "yellow", "confirmed": "green", "new": "cyan"}


def _print_verdicts(found: Reading, judged: list[Verdict], record: Record, lang: Lang) -> None:
    """Contradictions first; what the others imply stands beside what is stated."""
    from rich.console import Console
    from rich.table import Table

    out, names = Console(), dict(record.indicators.select("indicator", f"name_{lang}").iter_rows())
    table = Table("verdict", "indicator", "window", "stated", "the others imply", "rests on")
    order = list(_COLOURS)
    for verdict in sorted(judged, key=lambda v: order.index(v.verdict)):
        indicator, geo, scope = verdict.series
        where = "".join(f" · {part}" for part in (geo, scope) if part not in ("CN", "total"))
        s, colour = verdict.statement, _COLOURS[verdict.verdict]
        rests = sorted({name.partition(":")[0] for name in verdict.rests_on})
        table.add_row(
            f"[{colour}]{verdict.verdict}[/{colour}]",
            f"{names[indicator]}{where}",
            f"{s.start}\n{s.end}",
            s.said,
            _implied(verdict, lang),
            "\n".join(rests[:3]) + ("\n…" if len(rests) > 3 else ""),
        )
    out.print(table)
    read = found.observations.height + found.claims.height
    dated = sum(frame.height for name, frame in found.tables().items() if name != "sources")
    out.print(
        f"{len(judged)} statements of {read} rows judged; {read - dated} without a window, "
        f"{found.unread.height} quantities not understood (fanzha read shows them)"
    )


_ORDERS = ("yoy_decline_run", "mom_decline_run", "record_high", "record_low")


def _implied(verdict: Verdict, lang: Lang) -> str:
    """What the others say, in words: a sum, or for a change the percentage that it is."""
    import polars as pl

    from research.lang import between, percent_between

    low, high = verdict.implied
    if verdict.statement.kind in _ORDERS or (low <= 0 and high == float("inf")):
        return "—"
    if verdict.statement.kind in ("change", "comparison"):
        ends = [pl.lit(100 * (end - 1)) for end in (low, high)]
        return str(pl.select(percent_between(ends[0], ends[1], lang)).item())
    return str(pl.select(between(pl.lit(low), pl.lit(high), lang)).item())


def _chosen(found: Reading) -> dict[str, pl.DataFrame]:
    """The rows that a person takes, as they edit them."""
    from research.loaders.bulletin.frames import retaken

    taken, every = {}, False
    for name, edited in (("observations", _EDITED), ("claims", _EDITED_CLAIM)):
        rows, frame = [], getattr(found, name)
        whole = frame.drop("span_start", "span_end")
        for n, row in enumerate(whole.iter_rows(named=True), 1):
            context = found.text[max(0, frame["span_start"][n - 1] - 40) : frame["span_end"][n - 1]]
            if every and row["start"]:
                rows.append(row)
                continue
            console.print(f"\n…{' '.join(context.split())}", markup=False, soft_wrap=True)
            kept = _asked(name, row, edited, n, frame.height)
            if kept == "all":
                every, kept = True, row
            if kept:
                rows.append(kept)
        taken[name] = retaken(name, rows)
    return {"sources": found.tables()["sources"], **taken}


def _asked(
    table: str, row: dict[str, Any], edited: tuple[str, ...], n: int, count: int
) -> dict[str, Any] | Literal["all"] | None:
    """The row as a person wants it; None where they drop it, `all` for it and the rest as read."""
    from research.loaders.bulletin.frames import retaken
    from research.record.tables import TableError

    row = dict(row)
    while True:
        shown = ", ".join(f"{key}={row[key]}" for key in edited if row[key] is not None)
        console.print(f"{table} {n} of {count}: {shown}", markup=False, soft_wrap=True)
        answer = typer.prompt("[a]ccept, [e]dit, [d]rop, accept [all]", default="a").strip()
        if answer in ("d", "drop"):
            return None
        if answer in ("e", "edit"):
            for key in edited:
                said = typer.prompt(f"  {key}", default=str(row[key] or ""))
                row[key] = said.strip() or None
            row["window_certain"] = True
        try:
            retaken(table, [row])
        except TableError as problem:
            said = f"{problem}; edit or drop it"
            console.print(said, style="red", markup=False, soft_wrap=True)
            continue
        if answer == "all":
            return "all"
        if answer in ("a", "accept", "e", "edit"):
            return row
