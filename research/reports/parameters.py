"""What each notebook takes: one model a notebook, and one line for a person where a value is wrong.

Notebooks call `parameters` themselves, so that plain papermill gives the same errors.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    model_validator,
)

from research.lang import LANGS, Lang
from research.metrics.statements import SLACK_DAYS
from research.record.record import Record, RecordError, as_day
from research.reports.run import ParameterError


def _day(value: object) -> object:
    try:
        return as_day(value)  # type: ignore[arg-type]
    except RecordError as problem:
        raise ValueError("not a day; write YYYY-MM-DD") from problem


def _code(value: object) -> object:
    """A place whose code YAML took for a number."""
    return str(value) if isinstance(value, int) else value


Day = Annotated[date | None, BeforeValidator(_day)]
Code = Annotated[str, BeforeValidator(_code)]
Names = str | list[str] | None


class Common(BaseModel):
    """What every notebook takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lang: Lang = "zh"
    as_of: Day = None


class Period(Common):
    """A notebook about a place and a period."""

    geo: Code = "CN"
    start: Day = None
    end: Day = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name, last in (("end", self.end), ("as_of", self.as_of)):
            if self.start and last and self.start > last:
                raise ValueError(f"start: {self.start} is after {name} {last}; correct one of them")
        return self


class Scoreboard(Period):
    """What does the campaign report, lane by lane, as of a day?"""

    source: Names = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if not (self.end or self.as_of):
            raise ValueError(
                "end: None, and as_of is None too; give one of them, written YYYY-MM-DD"
            )
        return self


class Trend(Period):
    """One indicator: what was announced, and is it falling?"""

    indicator: str
    scope: str = "total"


class Lane(Period):
    """How has one lane moved?"""

    lane: str


class Regions(Common):
    """Where? Provinces side by side, and whom a red and yellow card rule would warn."""

    indicator: str
    year: int
    scope: str = "total"
    threshold: float | None = None
    growth: float | None = 0
    strikes: Annotated[int, Field(ge=1)] = 2
    years: Annotated[int, Field(ge=1)] = 3


class Operations(Period):
    """The named operations on a time axis, and an indicator before and after one of them."""

    operation: str
    indicator: str
    scope: str = "total"


class Comparators(Common):
    """China beside other economies: indices and rates, each by its own definition."""

    indicator: str
    geos: list[Code] = ["CN", "SG", "HK", "TW", "JP", "KR", "GB", "US", "AU"]
    base: int = 2019


class Check(Common):
    """Does this bulletin agree with all that was announced?

    `bulletin` is a file; it is read, and `source` does not count.
    """

    source: str | None = "legal-daily-2022-05-11"
    bulletin: str | None = None
    issued: Day = None
    slack_days: NonNegativeInt = SLACK_DAYS

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if not (self.source or self.bulletin):
            raise ValueError("source: None, and bulletin is None too; give one of them")
        return self


class Quality(Common):
    """How good is the record: coverage, conflicts, revisions, single sources?"""

    slack_days: NonNegativeInt = SLACK_DAYS


MODELS: dict[str, type[Common]] = {
    "scoreboard": Scoreboard,
    "lane": Lane,
    "trend": Trend,
    "regions": Regions,
    "operations": Operations,
    "comparators": Comparators,
    "check": Check,
    "quality": Quality,
}
_VOCABULARY = {
    **{key: key for key in ("lane", "indicator", "geo", "scope", "source", "operation")},
    "geos": "geo",
}


def _close(value: str, allowed: list[str]) -> str:
    found = difflib.get_close_matches(value, allowed, n=1)
    return f"did you mean {found[0]!r}? " if found else ""


def _lines(error: ValidationError, model: type[Common]) -> Iterator[str]:
    """One line a mistake: key, value, and what is allowed."""
    fields = list(model.model_fields)
    for problem in error.errors():
        key = " ".join(str(problem["loc"][0]).split()) if problem["loc"] else ""
        value = problem["input"]
        match problem["type"]:
            case "extra_forbidden":
                yield f"{key}: unknown key; {_close(key, fields)}allowed: {', '.join(fields)}"
            case "missing":
                yield f"{key}: is missing; add it (allowed keys: {', '.join(fields)})"
            case "literal_error":
                yield f"{key}: {value!r} is not allowed; allowed: {', '.join(LANGS)}"
            case "value_error":
                said = problem["msg"].removeprefix("Value error, ")
                yield f"{key}: {value!r} is {said}" if key else said
            case _:
                yield f"{key}: {value!r} is wrong: {problem['msg'].lower()}"


def _has_figures(given: Trend | Operations, record: Record) -> None:
    rows = record.observations.filter(indicator=given.indicator, geo=given.geo)
    if given.scope not in rows["scope"]:
        known = ", ".join(rows["scope"].unique().sort().to_list()) or "none"
        where = f"{given.indicator} in {given.geo}"
        raise RecordError(f"scope: {given.scope!r} has no figure of {where}; allowed: {known}")


def _has_begun(given: Operations, record: Record) -> None:
    if record.operations.filter(operation_id=given.operation).item(0, "started") is None:
        raise RecordError(
            f"operation: {given.operation!r} has no known start, before and after which to look; "
            "take one of record.operations that has"
        )


def parameters(notebook: str, record: Record, values: Mapping[str, Any], file: str = "") -> Common:
    """Validated parameters of one notebook; `file` is what errors call their origin.

    Raises `ParameterError`: one line that names the key, the value and what is allowed.

    >>> from research.record.record import load
    >>> parameters("trend", load(), {"indicator": "cases_sovled"})
    Traceback (most recent call last):
    ...
    research.reports.run.ParameterError: trend: unknown indicator 'cases_sovled'; did you ...
    """
    origin = file or notebook
    if notebook not in MODELS:
        close = _close(notebook, list(MODELS))
        raise ParameterError(f"{origin}: unknown notebook {notebook!r}; {close}{', '.join(MODELS)}")
    model = MODELS[notebook]
    try:
        given = model.model_validate(dict(values))
        for key, vocabulary in _VOCABULARY.items():
            record.names(getattr(given, key, None), vocabulary)
        if isinstance(given, Trend | Operations):
            _has_figures(given, record)
        if isinstance(given, Operations):
            _has_begun(given, record)
    except ValidationError as error:
        raise ParameterError(f"{origin}: {'; '.join(_lines(error, model))}") from error
    except RecordError as error:
        raise ParameterError(f"{origin}: {error}") from error
    return given
