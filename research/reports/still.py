"""A Vega-Lite chart → SVG, without a browser and without the fonts of the machine.

Vega itself draws, in an engine of its own a process. Compiling to Vega, and the bundle of Vega's
code, come from vl-convert; its own drawing measures each text by the fonts that are installed,
which takes nine tenths of the time and gives other bytes on another machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import vl_convert
from py_mini_racer import JSEvalException, JSPromise, JSPromiseError, MiniRacer

from research.reports.index import TEMPLATES


def still(spec: Mapping[str, Any], config: Mapping[str, Any], locale: Mapping[str, Any]) -> str:
    """A chart as SVG. `config` is Vega-Lite's, `locale` Vega's (`number`, `time`).

    Raises ValueError for what Vega-Lite does not understand, and for data that is not in the chart.

    >>> chart = {"data": {"values": [{"n": 1}]}, "mark": "point", "encoding": {}}
    >>> still(chart, {}, {})[:4]
    '<svg'
    """
    vega = vl_convert.vegalite_to_vega(dict(spec), config=dict(config))
    try:
        answer = _engine().eval(f"drawn({json.dumps(vega)}, {json.dumps(locale)})")
        assert isinstance(answer, JSPromise)
        return str(answer.get())
    except (JSEvalException, JSPromiseError) as problem:
        raise ValueError(str(problem).partition("\n")[0]) from problem


@cache
def _engine() -> MiniRacer:
    """Made where no event loop runs: it would be tied to that of the notebook that asks first."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(_made).result()


def _made() -> MiniRacer:
    engine = MiniRacer()
    engine.eval((TEMPLATES / "report" / "still.js").read_text(encoding="utf-8"))
    source = f"/npm/vega@{vl_convert.get_vega_version()}/+esm"  # as vl-convert knows it
    names = "{ View, loader, parse }"
    shared = f'import {names} from "{source}"; globalThis.vega = {names};'
    engine.eval(vl_convert.javascript_bundle(shared))
    return engine
