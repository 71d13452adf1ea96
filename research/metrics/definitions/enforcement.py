"""Metrics of investigation and arrest."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import Quantity

metric = partial(catalogue.metric, lane="enforcement")


@metric(unit="person per case", zh="每案抓获人数", en="Arrests per case solved")
def arrests_per_case(x: Quantity) -> Quantity:
    """Counts of two different events in one window: an intensity, not the size of a gang.
    同一时段内两类事件之比：反映打击力度，不是团伙人数。"""
    return x.suspects_arrested / x.cases_solved


@metric(unit="share", zh="破案与立案之比", en="Cases solved to cases filed")
def solved_to_filed(x: Quantity) -> Quantity:
    """Solved cases may have been filed years before: this is no clearance rate and may pass 1.
    所破案件可能是往年立案：这不是严格的破案率，可以大于1。"""
    return x.cases_solved / x.cases_filed


@metric(unit="den per 1000 case", zh="每千起破案捣毁窝点数", en="Dens per thousand cases solved")
def dens_per_thousand_cases(x: Quantity) -> Quantity:
    """One den can stand behind many cases; the figure says how raids and cases were counted.
    一个窝点可能涉及多起案件；数值受窝点和案件计数方式影响。"""
    return x.dens_destroyed / x.cases_solved


@metric(unit="gang per 1000 case", zh="每千起破案打掉团伙数", en="Gangs per thousand cases solved")
def gangs_per_thousand_cases(x: Quantity) -> Quantity:
    """One gang can stand behind many cases; the bulletins do not define what a gang is.
    一个团伙可能涉及多起案件；通报未说明团伙的认定标准。"""
    return x.gangs_dismantled / x.cases_solved


@metric(unit="person per gang", zh="每个团伙抓获人数", en="Arrests per gang dismantled")
def arrests_per_gang(x: Quantity) -> Quantity:
    """Many of those arrested belong to no gang that was counted, so gangs are smaller than this.
    不少被抓获者不属于所计团伙，团伙实际规模小于此数。"""
    return x.suspects_arrested / x.gangs_dismantled


@metric(unit="person per den", zh="每个窝点抓获人数", en="Arrests per den destroyed")
def arrests_per_den(x: Quantity) -> Quantity:
    """All arrests of the window over its dens; most arrests are not made in a den.
    时段内全部抓获人数除以窝点数；多数人并非在窝点内抓获。"""
    return x.suspects_arrested / x.dens_destroyed


@metric(unit="person per campaign", zh="每次集群战役抓获人数", en="Arrests per cluster campaign")
def arrests_per_campaign(x: Quantity) -> Quantity:
    """All arrests of the window over its campaigns: most arrests happen outside of campaigns.
    时段内全部抓获人数除以集群战役次数；多数抓获发生在战役之外。"""
    return x.suspects_arrested / x.cluster_campaigns


@metric(unit="person per 1000 case", zh="每千起破案抓获骨干", en="Ringleaders per thousand cases")
def ringleaders_per_thousand_cases(x: Quantity) -> Quantity:
    """Who counts as a head or key member is the police's own judgement.
    何为头目、骨干由公安机关认定，通报未说明标准。"""
    return x.ringleaders_caught / x.cases_solved


@metric(unit="yuan per case", zh="立案案均损失", en="Loss per case filed")
def loss_per_case_filed(x: Quantity) -> Quantity:
    """A mean over all cases filed, attempted ones included where the force files them.
    全部立案案件的平均数；未遂案件若立案也计算在内。"""
    return x.losses_reported / x.cases_filed
