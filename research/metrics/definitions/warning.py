"""Metrics of graded early warning: instructions, contacts, persons protected."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import SHARE, Quantity
from research.metrics.units import counted_as

metric = partial(catalogue.metric, lane="warning")


@metric(unit="share", zh="各地自产预警占比", en="Share of warnings produced locally", within=SHARE)
def local_share_of_warnings(x: Quantity) -> Quantity:
    """Both kinds may reach the same person, so this is a share of warnings, not of persons.
    两类预警可能指向同一人：这是预警条数的占比，不是人数的占比。"""
    local = x.warnings_generated_local
    return local / (local + counted_as("warning", x.warnings_pushed_national))


@metric(unit="warning per person", zh="每避免一人受骗的预警数", en="Warnings per person protected")
def warnings_per_person_protected(x: Quantity) -> Quantity:
    """National and local warnings over persons said to be protected by both; nobody has published
    how "protected" is judged.
    全国下发和各地自产预警之和，除以两者共同避免受骗的人数；“避免受骗”如何认定未见公布。"""
    national = counted_as("warning", x.warnings_pushed_national)
    return (national + x.warnings_generated_local) / x["persons_protected", "national_and_local"]


@metric(
    unit="instruction per person",
    zh="每避免一人受骗的预警指令数",
    en="Instructions per person protected",
)
def instructions_per_person_protected(x: Quantity) -> Quantity:
    """National instructions alone, over persons protected by national and local warnings together.
    分子只计全国下发的指令，分母是全国和各地预警共同避免受骗的人数。"""
    return x.warnings_pushed_national / x["persons_protected", "national_and_local"]


@metric(unit="share", zh="见面劝阻与预警之比", en="Visits per warning pushed")
def visits_per_warning(x: Quantity) -> Quantity:
    """High-risk warnings are graded to a visit; one warning can need several, and one none.
    高危预警须见面劝阻；一条预警可能多次上门，也可能不上门。"""
    visits = counted_as("contact", x.dissuasion_visits)
    return visits / counted_as("contact", x.warnings_pushed_national)


def _contacts(x: Quantity) -> tuple[Quantity, Quantity, Quantity]:
    quantities = (x.dissuasion_visits, x.dissuasion_calls, x.dissuasion_sms)
    visits, calls, messages = (counted_as("contact", quantity) for quantity in quantities)
    return visits, calls, messages


@metric(unit="share", zh="见面劝阻占比", en="Share of dissuasion by visit", within=SHARE)
def visit_share(x: Quantity) -> Quantity:
    """High-risk warnings are graded to a visit. Of contacts, not of persons.
    高危预警见面劝阻。按劝阻次数计，不按人数计。"""
    visits, calls, messages = _contacts(x)
    return visits / (visits + calls + messages)


@metric(unit="share", zh="电话劝阻占比", en="Share of dissuasion by call", within=SHARE)
def call_share(x: Quantity) -> Quantity:
    """Medium-risk warnings are graded to a call. Of contacts, not of persons.
    中危预警电话劝阻。按劝阻次数计，不按人数计。"""
    visits, calls, messages = _contacts(x)
    return calls / (visits + calls + messages)


@metric(unit="share", zh="短信劝阻占比", en="Share of dissuasion by message", within=SHARE)
def sms_share(x: Quantity) -> Quantity:
    """Low-risk warnings are graded to a message. Of contacts, not of persons.
    低危预警短信劝阻。按劝阻次数计，不按人数计。"""
    visits, calls, messages = _contacts(x)
    return messages / (visits + calls + messages)


@metric(unit="warning per lead", zh="每条举报对应的APP预警次数", en="App warnings per report")
def app_warnings_per_report(x: Quantity) -> Quantity:
    """Both by the official app since its launch: warnings that it showed, reports sent with it.
    均为国家反诈中心APP上线以来累计：弹出的预警次数与用户举报条数。"""
    return x.app_warnings / x.app_reports
