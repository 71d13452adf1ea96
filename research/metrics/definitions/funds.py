"""Metrics of money: stopped, recovered, averted, lost."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import Quantity

metric = partial(catalogue.metric, lane="funds")


@metric(unit="yuan per case", zh="每破一案止付金额", en="Funds stopped per case solved")
def funds_stopped_per_case_solved(x: Quantity) -> Quantity:
    """Money stopped belongs to all reports; the same money can be stopped at each hop.
    止付金额涉及全部报案；同一笔钱可能在多级账户重复止付。"""
    return x.funds_stopped / x.cases_solved


@metric(unit="share", zh="止付与报损之比", en="Funds stopped to losses reported")
def stopped_to_lost(x: Quantity) -> Quantity:
    """May pass 1: money is stopped in accounts of several layers, losses are counted once.
    可以大于1：多级账户可能重复止付，损失只计一次。"""
    return x.funds_stopped / x.losses_reported


@metric(unit="share", zh="返还与止付之比", en="Funds recovered to funds stopped")
def recovered_to_stopped(x: Quantity) -> Quantity:
    """What is recovered was often stopped in an earlier window.
    返还的资金往往是更早时段止付的。"""
    return x.funds_recovered / x.funds_stopped


@metric(unit="share", zh="返还与报损之比", en="Funds recovered to losses reported")
def recovered_to_lost(x: Quantity) -> Quantity:
    """What is recovered was often lost in an earlier window, so this is no rate of recovery.
    返还的往往是更早时段的损失，因此不是严格的挽损率。"""
    return x.funds_recovered / x.losses_reported


@metric(unit="share", zh="避免损失与报损之比", en="Losses averted to losses reported")
def averted_to_lost(x: Quantity) -> Quantity:
    """What would have been lost is the police's own estimate.
    “避免损失”由公安机关自行估计。"""
    return x.losses_averted / x.losses_reported


@metric(unit="yuan per account", zh="每个冻结账户止付金额", en="Funds stopped per account frozen")
def stopped_per_account_frozen(x: Quantity) -> Quantity:
    """Money is also stopped in accounts that are not frozen.
    未冻结的账户也可能有止付资金。"""
    return x.funds_stopped / x.accounts_frozen


@metric(unit="yuan per person", zh="人均止付金额", en="Funds stopped per head")
def stopped_per_head(x: Quantity) -> Quantity:
    """Over the whole window and all inhabitants; the same money can be stopped at each hop.
    按整个时段和全部人口计算；同一笔钱可能重复止付。"""
    return x.funds_stopped / x.population


@metric(unit="yuan per person", zh="人均报损金额", en="Losses reported per head")
def losses_per_head(x: Quantity) -> Quantity:
    """Over all inhabitants, not over victims; what is not reported is not counted.
    按全部人口而非受害者计算；未报案的损失不计。"""
    return x.losses_reported / x.population
