"""Metrics of control at the source: borders, returns, arrests abroad."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import Quantity

metric = partial(catalogue.metric, lane="source_control")


@metric(unit="person per gang", zh="每个非法出境团伙抓获人数", en="Suspects per illegal-exit gang")
def suspects_per_exit_gang(x: Quantity) -> Quantity:
    """Suspects outside of any gang are counted above the line but not below.
    分子含不属于任何团伙的嫌疑人，分母只计团伙。"""
    return x.smuggling_suspects / x.illegal_exit_gangs


@metric(unit="person per case", zh="每起非法出境案件抓获人数", en="Suspects per illegal-exit case")
def suspects_per_exit_case(x: Quantity) -> Quantity:
    """Those who left, those who organised it and those who drove them are counted alike.
    偷渡者、组织者和运送者合并计算。"""
    return x.smuggling_suspects / x.illegal_exit_cases


@metric(unit="share", zh="劝返与偷渡抓获之比", en="Persuaded to return per exit suspect")
def returns_per_exit_suspect(x: Quantity) -> Quantity:
    """Two efforts on one flow of people, out and back; the same person can be in both.
    一出一回两项工作之比；同一人可能两边都计。"""
    return x.persons_persuaded_to_return / x.smuggling_suspects


@metric(unit="person per case", zh="每起国（边）境案件抓获人数", en="Suspects per border case")
def suspects_per_border_case(x: Quantity) -> Quantity:
    """All border crime, not only that tied to fraud, and by scope with lesser offences.
    含与诈骗无关的妨害国（边）境管理案件；部分范围还含违法行为。"""
    return x.border_crime_suspects / x.border_crime_cases


@metric(unit="person per gang", zh="每个偷渡团伙抓获人数", en="Suspects per border gang")
def suspects_per_border_gang(x: Quantity) -> Quantity:
    """Most suspects crossed by themselves and belong to no gang.
    多数嫌疑人自行越境，不属于任何团伙。"""
    return x.border_crime_suspects / x.border_crime_gangs


@metric(
    unit="den per 1000 case", zh="每千起国（边）境案件查获中转点", en="Transit dens per 1,000 cases"
)
def transit_dens_per_thousand_cases(x: Quantity) -> Quantity:
    """Where people wait to be led across; one den can serve many cases.
    偷渡人员中转藏匿的窝点；一个窝点可能涉及多起案件。"""
    return x.border_transit_dens / x.border_crime_cases


@metric(unit="person per event", zh="每批押解人数", en="Suspects per repatriation batch")
def suspects_per_batch(x: Quantity) -> Quantity:
    """A mean over flights and handovers; a few batches carry most.
    各批航班和移交的平均数；少数批次人数最多。"""
    return x.suspects_repatriated / x.repatriation_batches


@metric(
    unit="person per event", zh="每次境外工作组抓获人数", en="Suspects caught per mission abroad"
)
def captures_per_mission(x: Quantity) -> Quantity:
    """Those caught abroad in the window, whether or not a mission was sent for them.
    时段内全部境外抓获人数，未必都由所派工作组抓获。"""
    return x.suspects_captured_overseas / x.overseas_missions


@metric(unit="person per den", zh="每个境外窝点抓获人数", en="Suspects caught per den abroad")
def captures_per_den_abroad(x: Quantity) -> Quantity:
    """Those caught abroad over dens destroyed abroad; some were caught in no den.
    境外抓获人数除以境外窝点数；部分人并非在窝点内抓获。"""
    return x.suspects_captured_overseas / x.dens_destroyed_overseas
