"""Metrics of regional accountability: areas warned, interviewed, listed."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import SHARE, Quantity
from research.metrics.units import Constant

metric = partial(catalogue.metric, lane="accountability")
# Ministry of Civil Affairs, statistical bulletin on the development of civil affairs 2021: areas of
# prefecture level (地级区划) and of county level (县级区划) at the end of the year.
PREFECTURES, COUNTIES = Constant(333, "area"), Constant(2843, "area")
of_china = partial(metric, unit="share", within=SHARE, geo="CN")


@of_china(zh="受红黄牌警告地市占比", en="Share of prefectures warned")
def share_of_prefectures_warned(x: Quantity) -> Quantity:
    """Of the 333 areas of prefecture level of the mainland; districts of Beijing, Tianjin, Shanghai
    and Chongqing are none of them.
    以全国333个地级区划为分母；四个直辖市的区县不在其内。"""
    return x.cities_warned / PREFECTURES


@of_china(zh="被约谈县区占比", en="Share of counties interviewed")
def share_of_counties_interviewed(x: Quantity) -> Quantity:
    """Of the 2,843 areas of county level; interviews by provinces may not be counted.
    以全国2843个县级区划为分母；各省自行约谈的可能未计入。"""
    return x.counties_interviewed / COUNTIES


@metric(
    unit="share",
    zh="摘牌地区与挂牌地区之比",
    en="Areas delisted to areas listed",
    kinds=("stock",),
)
def delisted_to_listed(x: Quantity) -> Quantity:
    """Areas listed for rectification, against those taken off the list on the same day.
    同一日公布的重点整治挂牌地区与摘牌地区之比。"""
    return x.areas_delisted / x.areas_listed
