"""The lexicon as data: its names are the record's, and the quick look never hides a match."""

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import research as rs
from research.loaders.bulletin.lexicon import Rule, rules
from research.loaders.bulletin.reading import _scopes

RULES = list(dict.fromkeys(rule for those in rules().values() for rule in those))
RECORD = rs.load()


def test_every_name_is_in_the_record() -> None:
    assert {rule.indicator for rule in RULES} <= set(RECORD.indicators["indicator"])
    scopes = {rule.scope for rule in RULES if rule.scope} | {scope for scope, _, _ in _scopes()}
    assert scopes <= set(RECORD.scopes["scope"])
    named = {name for _, _, indicators in _scopes() for name in indicators}
    assert named <= set(RECORD.indicators["indicator"])


def test_the_ten_lanes_are_covered() -> None:
    """Each lane has rules for at least four in five of the indicators printed in China."""
    read = {rule.indicator for rule in RULES}
    home = RECORD.observations.filter(~pl.col("scope").str.starts_with("series/"))
    lanes = (
        RECORD.indicators.join(home, on="indicator", how="semi")
        .filter(pl.col("lane").cast(pl.String) != "context")
        .group_by("lane")
        .agg(share=pl.col("indicator").is_in(list(read)).mean())
    )
    assert lanes.height == 10
    assert lanes["share"].min() >= 0.8


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(RULES), st.data())
def test_a_match_holds_a_needed_character(rule: Rule, data: st.DataObject) -> None:
    patterns = [pattern for pattern in (rule.verb, rule.noun) if pattern]
    assert len(patterns) == len(rule.needs)
    for pattern, needed in zip(patterns, rule.needs, strict=True):
        words = data.draw(st.from_regex(pattern, fullmatch=True))
        assert not needed.isdisjoint(words), (pattern.pattern, words)


@pytest.mark.parametrize("cell", ["verb", "noun", "unless"])
def test_no_pattern_matches_nothing_at_all(cell: str) -> None:
    patterns = [getattr(rule, cell) for rule in RULES if getattr(rule, cell)]
    assert not [pattern.pattern for pattern in patterns if pattern.search("")]
