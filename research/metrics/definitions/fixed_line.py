"""Metrics of the abuse of fixed lines."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import Quantity

metric = partial(catalogue.metric, lane="fixed_line")


@metric(unit="yuan per case", zh="固话诈骗案均金额", en="Loss per fixed-line case")
def loss_per_fixed_line_case(x: Quantity) -> Quantity:
    """Money involved, which is more than money lost.
    为涉案金额，大于实际损失。"""
    return x.landline_fraud_amount / x.landline_fraud_cases


@metric(unit="lead per case", zh="固话诈骗每案线索数", en="Leads per fixed-line case")
def leads_per_fixed_line_case(x: Quantity) -> Quantity:
    """A lead is a line or an agent; one case can give several.
    线索指线路或代理商；一案可有多条线索。"""
    return x.landline_leads / x.landline_fraud_cases


@metric(unit="yuan per lead", zh="每条固话线索涉案金额", en="Money per fixed-line lead")
def money_per_fixed_line_lead(x: Quantity) -> Quantity:
    """A mean: nothing published ties the money to single leads.
    平均数：公布材料未将金额与单条线索对应。"""
    return x.landline_fraud_amount / x.landline_leads
