"""Metrics of technical interception: calls, messages and domains, a head and a day."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import Quantity

metric = partial(catalogue.metric, lane="interception")


@metric(unit="call per person", zh="人均拦截诈骗电话", en="Calls blocked per head")
def calls_blocked_per_head(x: Quantity) -> Quantity:
    """Over the whole window and all inhabitants, of whom not all have a phone.
    按整个时段和全部人口计算，并非人人有电话。"""
    return x.calls_blocked / x.population


@metric(unit="sms per person", zh="人均拦截诈骗短信", en="Messages blocked per head")
def messages_blocked_per_head(x: Quantity) -> Quantity:
    """Over the whole window and all inhabitants; one campaign can send one text to millions.
    按整个时段和全部人口计算；同一内容可能群发数百万条。"""
    return x.sms_blocked / x.population


@metric(unit="domain per 1000 person", zh="每千人封堵涉诈域名", en="Domains blocked per 1,000 head")
def domains_blocked_per_head(x: Quantity) -> Quantity:
    """A domain belongs to no inhabitant: this is a scale for comparing years, nothing more.
    域名不属于任何居民：仅用于跨年比较规模。"""
    return x.domains_blocked / x.population


@metric(unit="call per day", zh="日均拦截诈骗电话", en="Calls blocked per day")
def calls_blocked_per_day(x: Quantity) -> Quantity:
    """A mean over the window. What a filter counts as blocked has changed over the years.
    时段内平均数；拦截的计数口径历年有变化。"""
    return x.calls_blocked / x.days


@metric(unit="sms per day", zh="日均拦截诈骗短信", en="Messages blocked per day")
def messages_blocked_per_day(x: Quantity) -> Quantity:
    """A mean over the window. What a filter counts as blocked has changed over the years.
    时段内平均数；拦截的计数口径历年有变化。"""
    return x.sms_blocked / x.days


@metric(unit="domain per day", zh="日均封堵涉诈域名", en="Domains blocked per day")
def domains_blocked_per_day(x: Quantity) -> Quantity:
    """A mean over the window; lists of domains are blocked in batches.
    时段内平均数；域名常成批封堵。"""
    return x.domains_blocked / x.days


@metric(unit="sms per call", zh="拦截短信与电话之比", en="Messages blocked per call blocked")
def messages_per_call_blocked(x: Quantity) -> Quantity:
    """How far blocking leans to messages. The two filters count differently.
    反映拦截偏重短信还是电话；两套系统计数方式不同。"""
    return x.sms_blocked / x.calls_blocked


@metric(unit="call per case", zh="每破一案拦截电话数", en="Calls blocked per case solved")
def calls_blocked_per_case_solved(x: Quantity) -> Quantity:
    """Scale of technical blocking beside investigation; no call is tied to a case.
    技术拦截与侦查办案的规模对照；电话与案件并无对应关系。"""
    return x.calls_blocked / x.cases_solved
