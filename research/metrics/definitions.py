"""The metric catalogue: one short function a metric, and its caveat. No plumbing belongs here.

Every formula is linear-fractional in each input, so that its interval is exact (`intervals.hull`).
`x.level`, `x.year_before`, `x.change`, `x.days` belong to whatever indicator is asked for.
"""

from __future__ import annotations

from typing import Any

from research.metrics.catalogue import INF, counted_as, metric

Quantity = Any
SHARE = (0.0, 1.0)
GROWTH = (-1.0, INF)


# Any indicator


@metric(lane="any", unit="share", zh="同比变化", en="Year-on-year change", within=GROWTH)
def year_on_year(x: Quantity) -> Quantity:
    """From two announced levels. A restated base shows up here as a change."""
    return x.level / x.year_before - 1


@metric(lane="any", unit="{unit}", zh="上年同期（推算）", en="Prior-year level implied")
def implied_prior_level(x: Quantity) -> Quantity:
    """What the printed rate says of the year before; it need not equal what was announced then."""
    return x.level / (1 + x.change)


@metric(lane="any", unit="{unit}", zh="本期水平（推算）", en="Level implied by a printed change")
def implied_level(x: Quantity) -> Quantity:
    """Last year's announced level moved by this year's printed rate; bases are often restated."""
    return x.year_before * (1 + x.change)


@metric(lane="any", unit="{unit} per day", zh="日均", en="Per day of the window")
def per_day(x: Quantity) -> Quantity:
    """Sets an 11-month figure beside a 12-month one. Months differ: year ends are often busier."""
    return x.level / x.days


# Enforcement


@metric(lane="enforcement", unit="person per case", zh="每案抓获人数", en="Arrests per case solved")
def arrests_per_case(x: Quantity) -> Quantity:
    """Counts of two different events in one window: an intensity, not the size of a gang."""
    return x.suspects_arrested / x.cases_solved


@metric(lane="enforcement", unit="share", zh="破案与立案之比", en="Cases solved to cases filed")
def solved_to_filed(x: Quantity) -> Quantity:
    """Solved cases may have been filed years before: this is no clearance rate and may pass 1."""
    return x.cases_solved / x.cases_filed


@metric(
    lane="enforcement",
    unit="den per case",
    zh="每案捣毁窝点数",
    en="Dens destroyed per case solved",
)
def dens_per_case(x: Quantity) -> Quantity:
    """One den can stand behind many cases; the figure says how raids and cases were counted."""
    return x.dens_destroyed / x.cases_solved


@metric(
    lane="enforcement",
    unit="gang per case",
    zh="每案打掉团伙数",
    en="Gangs dismantled per case solved",
)
def gangs_per_case(x: Quantity) -> Quantity:
    """One gang can stand behind many cases; the bulletins do not define what a gang is."""
    return x.gangs_dismantled / x.cases_solved


@metric(lane="enforcement", unit="yuan per case", zh="立案案均损失", en="Loss per case filed")
def loss_per_case_filed(x: Quantity) -> Quantity:
    """A mean over all cases filed, attempted ones included where the force files them."""
    return x.losses_reported / x.cases_filed


@metric(
    lane="enforcement",
    unit="person per campaign",
    zh="每次集群战役抓获人数",
    en="Arrests per cluster campaign",
)
def arrests_per_campaign(x: Quantity) -> Quantity:
    """All arrests of the window over its campaigns: most arrests happen outside of campaigns."""
    return x.suspects_arrested / x.cluster_campaigns


# Source control


@metric(
    lane="source_control",
    unit="person per gang",
    zh="每个非法出境团伙抓获人数",
    en="Suspects per illegal-exit gang",
)
def suspects_per_exit_gang(x: Quantity) -> Quantity:
    """Suspects outside of any gang of three or more are counted above the line but not below."""
    return x.smuggling_suspects / x.illegal_exit_gangs


@metric(
    lane="source_control",
    unit="share",
    zh="劝返与偷渡抓获之比",
    en="Persons persuaded to return per exit suspect",
)
def returns_per_exit_suspect(x: Quantity) -> Quantity:
    """Two efforts on one flow of people, in and out; the same person can be in both."""
    return x.persons_persuaded_to_return / x.smuggling_suspects


# Warning


@metric(
    lane="warning",
    unit="share",
    zh="各地自产预警占比",
    en="Share of warnings produced locally",
    within=SHARE,
)
def local_share_of_warnings(x: Quantity) -> Quantity:
    """Both kinds may reach the same person, so this is a share of warnings, not of persons."""
    local = counted_as("warning", x.warnings_generated_local)
    return local / (local + counted_as("warning", x.warnings_pushed_national))


@metric(
    lane="warning",
    unit="warning per person",
    zh="每避免一人受骗的预警数",
    en="Warnings per person protected",
)
def warnings_per_person_protected(x: Quantity) -> Quantity:
    """National and local warnings over the persons said to be protected by both; "protected" is the
    police's own word, and nobody has published how it is judged."""
    national = counted_as("warning", x.warnings_pushed_national)
    return (national + x.warnings_generated_local) / x["persons_protected", "national_and_local"]


def _contacts(x: Quantity) -> tuple[Quantity, Quantity, Quantity]:
    return tuple(
        counted_as("contact", quantity)
        for quantity in (x.dissuasion_visits, x.dissuasion_calls, x.dissuasion_sms)
    )


@metric(
    lane="warning", unit="share", zh="见面劝阻占比", en="Share of dissuasion by visit", within=SHARE
)
def visit_share(x: Quantity) -> Quantity:
    """High-risk warnings are graded to a visit. Of contacts, not of persons."""
    visits, calls, messages = _contacts(x)
    return visits / (visits + calls + messages)


@metric(
    lane="warning", unit="share", zh="电话劝阻占比", en="Share of dissuasion by call", within=SHARE
)
def call_share(x: Quantity) -> Quantity:
    """Medium-risk warnings are graded to a call. Of contacts, not of persons."""
    visits, calls, messages = _contacts(x)
    return calls / (visits + calls + messages)


@metric(
    lane="warning",
    unit="share",
    zh="短信劝阻占比",
    en="Share of dissuasion by message",
    within=SHARE,
)
def sms_share(x: Quantity) -> Quantity:
    """Low-risk warnings are graded to a message. Of contacts, not of persons."""
    visits, calls, messages = _contacts(x)
    return messages / (visits + calls + messages)


# Interception


@metric(
    lane="interception",
    unit="sms per call",
    zh="拦截短信与电话之比",
    en="Messages blocked per call blocked",
)
def messages_per_call_blocked(x: Quantity) -> Quantity:
    """How far blocking leans to messages. The two filters count differently."""
    return x.sms_blocked / x.calls_blocked


@metric(
    lane="interception",
    unit="call per case",
    zh="每破一案拦截电话数",
    en="Calls blocked per case solved",
)
def calls_blocked_per_case_solved(x: Quantity) -> Quantity:
    """Scale of technical blocking beside investigation; no call is tied to a case."""
    return x.calls_blocked / x.cases_solved


# Funds


@metric(
    lane="funds", unit="yuan per case", zh="每破一案止付金额", en="Funds stopped per case solved"
)
def funds_stopped_per_case_solved(x: Quantity) -> Quantity:
    """Money stopped belongs to all reports; the same money can be stopped at each hop."""
    return x.funds_stopped / x.cases_solved


@metric(lane="funds", unit="share", zh="止付与报损之比", en="Funds stopped to losses reported")
def stopped_to_lost(x: Quantity) -> Quantity:
    """May pass 1: money is stopped in accounts of several layers, losses are counted once."""
    return x.funds_stopped / x.losses_reported


@metric(lane="funds", unit="share", zh="返还与止付之比", en="Funds recovered to funds stopped")
def recovered_to_stopped(x: Quantity) -> Quantity:
    """What is recovered was often stopped in an earlier window."""
    return x.funds_recovered / x.funds_stopped


# Cards


@metric(
    lane="cards", unit="person per gang", zh="每个“两卡”团伙涉案人数", en="Suspects per card gang"
)
def suspects_per_card_gang(x: Quantity) -> Quantity:
    """Most card suspects sold their own cards and belong to no gang."""
    return x.card_suspects / x.card_gangs


@metric(
    lane="cards",
    unit="share",
    zh="行业卡占清理电话卡之比",
    en="Industry cards per high-risk phone card cleaned",
)
def industry_cards_per_phone_card(x: Quantity) -> Quantity:
    """Two programmes of the industry ministry beside each other."""
    return x.industry_cards_cleaned / x.phone_cards_cleaned


# Fixed line


@metric(
    lane="fixed_line", unit="yuan per case", zh="固话诈骗案均金额", en="Loss per fixed-line case"
)
def loss_per_fixed_line_case(x: Quantity) -> Quantity:
    """Money involved, which is more than money lost."""
    return x.landline_fraud_amount / x.landline_fraud_cases


@metric(
    lane="fixed_line", unit="lead per case", zh="固话诈骗每案线索数", en="Leads per fixed-line case"
)
def leads_per_fixed_line_case(x: Quantity) -> Quantity:
    """A lead is a line or an agent; one case can give several."""
    return x.landline_leads / x.landline_fraud_cases


# Publicity


@metric(lane="publicity", unit="play per video", zh="单条视频平均播放量", en="Plays per video")
def plays_per_video(x: Quantity) -> Quantity:
    """A mean: a few videos take most plays."""
    return x.video_plays / x.videos_published


# Judiciary


@metric(
    lane="judiciary",
    unit="share",
    zh="起诉与抓获之比",
    en="Persons prosecuted per suspect arrested",
)
def prosecutions_per_arrest(x: Quantity) -> Quantity:
    """Prosecution comes months after arrest, and for many under another offence."""
    return x.persons_prosecuted_fraud / x.suspects_arrested


@metric(
    lane="judiciary",
    unit="share",
    zh="帮信与诈骗起诉人数之比",
    en="Assisting offence to fraud, persons prosecuted",
)
def assist_to_fraud(x: Quantity) -> Quantity:
    """The assisting offence has any upstream crime, not fraud alone."""
    return x.persons_prosecuted_assist / x.persons_prosecuted_fraud
