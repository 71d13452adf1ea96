"""How every chart looks: colours, a CJK font stack, number words on axes, and the offline renderer.

Importing `research.charts` turns the theme on and makes Altair emit the chart itself (a Vega-Lite
mime type) where it would otherwise emit a page that loads scripts from the network.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from research.lang import Lang

FONT = (
    "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', "
    "'Helvetica Neue', Arial, sans-serif"
)
INK, MUTED, RULE = "#1f2430", "#667085", "#e4e7ec"
STATUS_COLOURS = {"plain": "#1f5f8b", "window_inferred": "#d0851d", "doubtful": "#b3261e"}


@alt.theme.register("fanzha", enable=True)
def fanzha() -> alt.theme.ThemeConfig:
    """The theme, for `alt.theme.enable("fanzha")`."""
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": MUTED, "titleColor": INK}
    config: Any = {
        "font": FONT,
        "view": {"stroke": None},
        "title": {
            "font": FONT,
            "subtitleFont": FONT,
            "anchor": "start",
            "fontSize": 15,
            "subtitleFontSize": 12,
            "color": INK,
            "subtitleColor": MUTED,
            "subtitlePadding": 6,
            "offset": 12,
        },
        "axis": {
            **text,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": RULE,
            "domainColor": RULE,
            "tickColor": RULE,
            "labelLimit": 320,
        },
        "legend": {**text, "labelFontSize": 12, "orient": "top", "symbolType": "square"},
        "text": {"font": FONT, "color": INK},
    }
    return {"background": "white", "config": config}


def _mime_bundle(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The chart itself, under the newest Vega-Lite mime type that JupyterLab draws.

    Altair's own `mimetype` renderer names version 6, which JupyterLab 4.6 does not know and
    nbformat refuses; its default renderer loads scripts from the network.
    """
    plain = spec.get("description", "chart")
    schema = "https://vega.github.io/schema/vega-lite/v5.json"
    return {"application/vnd.vegalite.v5+json": {**spec, "$schema": schema}, "text/plain": plain}


alt.renderers.register("fanzha", _mime_bundle)
alt.renderers.enable("fanzha")


def number_axis(lang: Lang) -> str:
    """A Vega expression that labels an axis in 万 and 亿, or million and billion."""
    scales = {
        "zh": [("1e8", "亿"), ("1e4", "万")],
        "en": [("1e9", " billion"), ("1e6", " million")],
    }[lang]
    plain = "format(datum.value, ',~r')" if lang == "en" else "format(datum.value, '~r')"
    for size, name in reversed(scales):
        scaled = f"format(datum.value / {size}, '~r') + '{name}'"
        plain = f"abs(datum.value) >= {size} ? {scaled} : {plain}"
    return plain
