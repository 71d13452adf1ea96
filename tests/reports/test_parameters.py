"""A wrong parameter is one line for a person: file, key, value, and what is allowed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.record.record import Record, load
from research.reports.parameters import MODELS, ParameterError, parameters

FILE = "params/trend/mine.yaml"
SEED = "legal-daily-2022-05-11"
# What each notebook takes at the least.
LEAST: dict[str, dict[str, Any]] = {
    "trend": {"indicator": "cases_solved"},
    "scoreboard": {"end": "2022-05-11"},
    "check": {"source": SEED},
    "lane": {"lane": "warning"},
    "regions": {"indicator": "cases_filed", "year": 2022},
    "operations": {"operation": "duanka", "indicator": "cases_solved"},
    "comparators": {"indicator": "cases_filed"},
}


@pytest.fixture(scope="module")
def record() -> Record:
    return load()


def complaint(record: Record, notebook: str, values: dict[str, Any]) -> str:
    """The one line that comes of wrong values."""
    with pytest.raises(ParameterError) as caught:
        parameters(notebook, record, values, FILE)
    text = str(caught.value)
    assert text.splitlines() == [text]
    assert text.startswith(f"{FILE}: ")
    return text.removeprefix(f"{FILE}: ")


WRONG: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "unknown indicator": (
        "trend",
        {"indicator": "cases_sovled"},
        ["indicator", "'cases_sovled'", "did you mean 'cases_solved'"],
    ),
    "indicator like no other": (
        "trend",
        {"indicator": "zzzz"},
        ["indicator", "'zzzz'", "allowed: ", "cases_solved"],
    ),
    "unknown place": ("trend", {"geo": "Atlantis"}, ["geo", "'Atlantis'", "allowed: "]),
    "unknown scope": ("trend", {"scope": "totl"}, ["scope", "'totl'", "did you mean 'total'"]),
    "unknown source": (
        "scoreboard",
        {"source": "legal-daily"},
        ["source", "'legal-daily'", f"did you mean '{SEED}'"],
    ),
    "unknown source among others": (
        "scoreboard",
        {"source": [SEED, "nobody"]},
        ["source", "'nobody'", "allowed: "],
    ),
    "end before start": (
        "trend",
        {"start": "2023-01-01", "end": "2022-12-31"},
        ["start: 2023-01-01", "end 2022-12-31", "correct"],
    ),
    "vintage before start": (
        "scoreboard",
        {"start": "2022-04-30", "as_of": "2022-04-01"},
        ["start: 2022-04-30", "as_of 2022-04-01", "correct"],
    ),
    "misspelt key": (
        "trend",
        {"indicater": "x"},
        ["indicater: unknown key", "did you mean 'indicator'", "allowed: lang, as_of"],
    ),
    "key of another notebook": (
        "scoreboard",
        {"indicator": "cases_solved"},
        ["indicator: unknown key", "allowed: ", "source"],
    ),
    "bad language": ("trend", {"lang": "fr"}, ["lang: 'fr'", "allowed: zh, en"]),
    "no, as YAML reads it": ("trend", {"lang": False}, ["lang: False", "allowed: zh, en"]),
    "no language": ("trend", {"lang": None}, ["lang: None", "allowed: zh, en"]),
    "wrong type": ("trend", {"indicator": 5}, ["indicator: 5", "valid string"]),
    "several for one": (
        "trend",
        {"indicator": ["cases_solved"]},
        ["indicator: ['cases_solved']", "valid string"],
    ),
    "nothing for something": ("trend", {"indicator": None}, ["indicator: None", "valid string"]),
    "no end at all": ("scoreboard", {"end": None}, ["end: None", "as_of", "YYYY-MM-DD"]),
    "unknown lane": ("lane", {"lane": "wraning"}, ["lane", "'wraning'", "did you mean 'warning'"]),
    "unknown operation": (
        "operations",
        {"operation": "duanka-9"},
        ["operation", "'duanka-9'", "did you mean 'duanka-2'"],
    ),
    "operation without a start": (
        "operations",
        {"operation": "bushe-2024"},
        ["operation: 'bushe-2024' has no known start", "record.operations"],
    ),
    "operation without such a scope": (
        "operations",
        {"scope": "overseas", "indicator": "app_installs"},
        ["scope: 'overseas' has no figure of app_installs in CN", "allowed: "],
    ),
    "unknown economy": ("comparators", {"geos": ["CN", "ZZ"]}, ["geo", "'ZZ'", "allowed: "]),
    "no strikes": ("regions", {"strikes": 0}, ["strikes: 0", "greater than or equal to 1"]),
    "a year in words": ("regions", {"year": "last"}, ["year: 'last'", "valid integer"]),
    "a text of two lines": ("trend", {"indicator": "cases\nsolved"}, [r"'cases\nsolved'"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_one_line_with_key_value_and_what_is_allowed(
    record: Record, case: str
) -> None:
    notebook, values, parts = WRONG[case]
    text = complaint(record, notebook, LEAST[notebook] | values)
    assert [part for part in parts if part not in text] == []


@pytest.mark.parametrize("key", ["as_of", "start", "end"])
@pytest.mark.parametrize(
    "value",
    ["2022-02-30", "2022", 2022, 20220511, "20220511", "2022-W19-3", "11.5.2022", "", True, 1.5],
    ids=repr,
)
def test_what_is_no_day_is_refused(record: Record, key: str, value: Any) -> None:
    text = complaint(record, "trend", {**LEAST["trend"], key: value})
    assert text == f"{key}: {value!r} is not a day; write YYYY-MM-DD"


@pytest.mark.parametrize("value", ["2022-05-11", dt.date(2022, 5, 11)], ids=["text", "date"])
def test_a_day_is_the_same_to_the_parameters_and_to_the_record(record: Record, value: Any) -> None:
    given_ = parameters("trend", record, {**LEAST["trend"], "as_of": value})
    assert given_.as_of == record.as_of(value).vintage == dt.date(2022, 5, 11)


@pytest.mark.parametrize(("notebook", "key"), [("trend", "indicator")])
def test_a_missing_key_is_named(record: Record, notebook: str, key: str) -> None:
    text = complaint(record, notebook, {})
    assert text.startswith(f"{key}: is missing")
    assert ", ".join(MODELS[notebook].model_fields) in text


def test_a_check_needs_a_source_or_a_bulletin(record: Record) -> None:
    assert "source: None, and bulletin is None too" in complaint(record, "check", {"source": None})
    assert parameters("check", record, {"bulletin": "a.html"}) is not None


def test_an_unknown_notebook_is_named(record: Record) -> None:
    text = complaint(record, "trned", {})
    assert text.startswith("unknown notebook 'trned'; did you mean 'trend'?")
    assert all(name in text for name in MODELS)


def test_several_mistakes_are_one_line_too(record: Record) -> None:
    values = {"indicator": "cases_solved", "lang": "fr", "as_of": "soon", "colour": "red"}
    text = complaint(record, "trend", values)
    assert all(part in text for part in ("lang: 'fr'", "as_of: 'soon'", "colour: unknown key"))


@pytest.mark.parametrize("notebook", MODELS)
def test_every_notebook_names_the_keys_that_it_takes(record: Record, notebook: str) -> None:
    text = complaint(record, notebook, {**LEAST.get(notebook, {}), "colour": "red"})
    assert f"allowed: {', '.join(MODELS[notebook].model_fields)}" in text


@pytest.mark.parametrize("notebook", MODELS)
def test_what_a_notebook_takes_at_the_least_is_enough(record: Record, notebook: str) -> None:
    given_ = parameters(notebook, record, LEAST.get(notebook, {}))
    assert isinstance(given_, MODELS[notebook])
    assert given_.lang == "zh"


@pytest.mark.parametrize("notebook", MODELS)
def test_every_notebook_takes_a_language_and_a_vintage(record: Record, notebook: str) -> None:
    values = {**LEAST.get(notebook, {}), "lang": "en", "as_of": "2023-01-01"}
    given_ = parameters(notebook, record, values)
    assert (given_.lang, given_.as_of) == ("en", dt.date(2023, 1, 1))


def test_an_error_without_a_file_names_the_notebook(record: Record) -> None:
    with pytest.raises(ParameterError, match=r"^trend: unknown indicator 'x'"):
        parameters("trend", record, {"indicator": "x"})


def test_a_place_whose_code_yaml_takes_for_a_number_is_that_place(record: Record) -> None:
    given_ = parameters("trend", record, {**LEAST["trend"], "geo": 110000})
    assert given_.model_dump()["geo"] == "110000"


def test_a_series_without_any_figure_is_refused_with_the_scopes_there_are(record: Record) -> None:
    text = complaint(record, "trend", {"indicator": "losses_reported", "geo": "SG"})
    assert "scope: 'total'" in text
    assert "series/sg-spf-scams" in text


def test_one_source_or_several_may_be_asked_for(record: Record) -> None:
    for source in (SEED, [SEED, "mps-2022-05-20"], []):
        values = LEAST["scoreboard"] | {"source": source}
        assert parameters("scoreboard", record, values).model_dump()["source"] == source


def test_what_was_given_is_left_as_it_was(record: Record) -> None:
    values = {"indicator": "cases_solved", "as_of": "2022-05-11"}
    parameters("trend", record, values)
    assert values == {"indicator": "cases_solved", "as_of": "2022-05-11"}


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
wild = scalars | st.lists(scalars, max_size=3)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(["lang", "as_of", "geo", "start", "scope"]), wild))
def test_whatever_is_given_there_is_an_answer_or_one_line(
    record: Record, values: dict[str, Any]
) -> None:
    try:
        parameters("trend", record, LEAST["trend"] | values, FILE)
    except ParameterError as error:
        said = str(error)
    else:
        return
    assert said.splitlines() == [said]


def test_a_key_of_two_lines_is_one_line_too(record: Record) -> None:
    said = complaint(record, "trend", {**LEAST["trend"], "indi\ncator": "x"})
    assert "indi cator: unknown key" in said
