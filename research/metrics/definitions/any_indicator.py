"""Metrics of any indicator: changes, rates a day and a head."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import ANY_NUMBER, GROWTH, Quantity

metric = partial(catalogue.metric, lane="any")


@metric(unit="share", zh="同比变化", en="Year-on-year change", within=GROWTH)
def year_on_year(x: Quantity) -> Quantity:
    """From two announced levels. A restated base shows up here as a change.
    由两期公布数直接计算；上年数字若经修订，也会表现为变化。"""
    return x.level / x.year_before - 1


@metric(unit="{unit}", zh="同比增减量", en="Change on the year before", within=ANY_NUMBER)
def change_in_level(x: Quantity) -> Quantity:
    """From two announced levels; both are rounded, so a small change has a wide interval.
    由两期公布数相减；两数都有舍入，变化小时区间相对很宽。"""
    return x.level - x.year_before


@metric(unit="{unit}", zh="上年同期（推算）", en="Prior-year level implied")
def implied_prior_level(x: Quantity) -> Quantity:
    """What the printed rate says of the year before; it need not equal what was announced then.
    由公布的同比幅度反推；不一定等于上年当时公布的数字。"""
    return x.level / (1 + x.change)


@metric(unit="{unit}", zh="本期水平（推算）", en="Level implied by a printed change")
def implied_level(x: Quantity) -> Quantity:
    """Last year's announced level moved by this year's printed rate; bases are often restated.
    以上年公布数乘以本期公布的同比幅度；基数常被修订。"""
    return x.year_before * (1 + x.change)


@metric(unit="{unit} per day", zh="日均", en="Per day of the window")
def per_day(x: Quantity) -> Quantity:
    """Sets an 11-month figure beside a 12-month one. Months differ: year ends are often busier.
    使长短不同的时段可以并列；各月并不均匀，年末往往更集中。"""
    return x.level / x.days


@metric(unit="{unit} per 100000 person", zh="每十万人", en="Per 100,000 inhabitants")
def per_head(x: Quantity) -> Quantity:
    """Compare only windows of one length: a longer one holds more. Definitions differ by place.
    只宜比较等长的时段：时段越长，数值越大；各地统计口径不同。"""
    return x.level / x.population


@metric(
    unit="{unit} per 100000 person per day",
    zh="每十万人日均",
    en="Per 100,000 inhabitants and day",
)
def per_head_per_day(x: Quantity) -> Quantity:
    """For places and windows of any size; it says nothing of how alike the definitions are.
    可比较人口和时段不同的地区；但不说明各地口径是否一致。"""
    return x.level / x.population / x.days
