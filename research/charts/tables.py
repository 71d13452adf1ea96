"""Tables as readers see them: numbers in words, marks beside figures, sources linked, CSV below.

What each table of the project holds is `boards.py`; layout is great_tables'.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import great_tables as gt
import polars as pl

from research.lang import WORDS, Lang, copies
from research.record.measures import MARKS

_GRAVITY = dict(zip(MARKS, ("bad", "warn", "single", "total"), strict=True))
# Said inline too, for JupyterLab, which has none of the report's style.
_BOXED = "border:1px solid; border-radius:3px; padding:0 .3em; font-size:.85em; white-space:nowrap"
_SOURCE = "min-width:13em; max-width:22em; overflow-wrap:anywhere"
_NOTHING: dict[Lang, str] = {"zh": "记录中没有这样的行。", "en": "The record has no such row."}
_DOWNLOAD: dict[Lang, str] = {
    "zh": "下载表格（CSV，{n} 行）",
    "en": "Download table (CSV, {n} rows)",
}


@dataclass(frozen=True)
class Table:
    """A table to show, and the data behind it for download."""

    shown: gt.GT
    data: pl.DataFrame
    name: str
    lang: Lang

    def _repr_html_(self) -> str:
        if self.data.is_empty():
            return f'<p class="note">{_NOTHING[self.lang]}</p>'
        plain = self.data.with_columns(
            pl.selectors.list().cast(pl.List(pl.String)).list.join("; ")
        ).write_csv()
        # With a byte-order mark: without it, spreadsheets in China read the file as GBK.
        text = base64.b64encode(("\ufeff" + plain).encode()).decode()
        words_ = _DOWNLOAD[self.lang].format(n=self.data.height)
        return (
            f"{self.shown.as_raw_html()}"
            f'<p class="download"><a download="{self.name}.csv" '
            f'href="data:text/csv;charset=utf-8;base64,{text}">{words_}</a></p>'
        )

    def __repr__(self) -> str:
        return repr(self.data)


def escaped(text: pl.Expr) -> pl.Expr:
    """Text made safe to stand in HTML."""
    return text.str.replace_many(["&", "<", ">", '"'], ["&amp;", "&lt;", "&gt;", "&quot;"])


def marked(lang: Lang) -> pl.Expr:
    """The marks of a row as small labels, from `marks`."""
    labels = {
        mark: f'<span class="mark {_GRAVITY[mark]}" style="{_BOXED}">{WORDS[mark][lang]}</span>'
        for mark in MARKS
    }
    return pl.col("marks").list.eval(pl.element().replace_strict(labels)).list.join(" ")


def linked() -> pl.Expr:
    """Whether readers may be sent to the address of a source: known quality, and on the web."""
    known = pl.col("quality").is_in(["official", "press"])
    return known & pl.col("url").str.contains(r"^https?://").fill_null(value=False)


def source_cell(sources: pl.DataFrame, lang: Lang) -> pl.LazyFrame:
    """`source_id`, `source`: title, outlet, day; a link only where quality is official or press.

    Words such as "repost" in the name of an outlet are said in the language of the page.
    """
    title = escaped(pl.coalesce("title", copies(pl.col("issuer"), lang), "source_id"))
    link = pl.format('<a href="{}">{}</a>', escaped(pl.col("url")), title)
    # An address that readers are not sent to is still said, as text.
    address = small(pl.col("url")).fill_null("")
    day = pl.coalesce(pl.col("issued").cast(pl.String), pl.lit("—"))
    named = pl.concat_str("issuer", "outlet", day, separator=" · ", ignore_nulls=True)
    outlet = small(copies(named, lang))
    said = pl.when(linked()).then(link).otherwise(pl.concat_str(title, address))
    cell = pl.format('<div style="{}">{}{}</div>', pl.lit(_SOURCE), said, outlet)
    return sources.lazy().select("source_id", source=cell)


def small(text: pl.Expr) -> pl.Expr:
    """A second, quieter line in a cell; null stays null."""
    return pl.format('<br><small style="color:#667085">{}</small>', escaped(text))


def unbroken(html: pl.Expr) -> pl.Expr:
    """A window or an interval, which may break between its two ends but not inside of one."""
    whole = '<span style="white-space:nowrap">'
    parts = html.str.replace_all(r" (–|至|to) ", f" ${{1}}</span> {whole}")
    return pl.format("{}{}</span>", pl.lit(whole), parts)


def laid_out(
    cells: pl.DataFrame,
    heads: Mapping[str, str],
    *,
    name: str,
    lang: Lang,
    data: pl.DataFrame,
    group: str | None = None,
) -> Table:
    """Cells of HTML as a table with headed columns; `group` names the column of row groups."""
    shown = (
        gt.GT(cells, groupname_col=group, id=name.replace("_", "-"))
        .cols_label(dict(heads))
        .fmt(str, columns=list(heads))
        .sub_missing(missing_text="")
        .tab_options(
            table_font_size="13px",
            table_width="100%",
            data_row_padding="6px",
            column_labels_font_weight="600",
            row_group_font_weight="600",
            row_group_background_color="#f5f7fa",
        )
        .opt_table_font(stack="system-ui")
    )
    return Table(shown, data, name, lang)
