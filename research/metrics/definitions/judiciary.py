"""Metrics of prosecution and trial."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import SHARE, Quantity

metric = partial(catalogue.metric, lane="judiciary")


@metric(unit="share", zh="起诉与抓获之比", en="Persons prosecuted per suspect arrested")
def prosecutions_per_arrest(x: Quantity) -> Quantity:
    """Prosecution comes months after arrest, and for many under another offence.
    起诉一般滞后抓获数月，且不少人以其他罪名起诉。"""
    return x.persons_prosecuted_fraud / x.suspects_arrested


@metric(unit="share", zh="帮信与诈骗起诉人数之比", en="Assisting offence to fraud, prosecuted")
def assist_to_fraud(x: Quantity) -> Quantity:
    """The assisting offence has any upstream crime, not fraud alone.
    帮信罪的上游犯罪不限于电信网络诈骗。"""
    return x.persons_prosecuted_assist / x.persons_prosecuted_fraud


@metric(unit="share", zh="帮信罪起诉占比", en="Share of the assisting offence", within=SHARE)
def share_of_assisting(x: Quantity) -> Quantity:
    """Of persons prosecuted for fraud or for the assisting offence; other offences are left out.
    占诈骗与帮信两类起诉人数之和的比重；不含其他关联罪名。"""
    return x.persons_prosecuted_assist / (x.persons_prosecuted_assist + x.persons_prosecuted_fraud)


@metric(unit="share", zh="掩隐与帮信起诉人数之比", en="Concealment to assisting, prosecuted")
def conceal_to_assist(x: Quantity) -> Quantity:
    """Both have any upstream crime; which of the two fits an act has changed with the case law.
    两罪上游犯罪均不限于诈骗；同类行为适用何罪，司法尺度有过变化。"""
    return x.persons_prosecuted_conceal / x.persons_prosecuted_assist


@metric(unit="share", zh="批捕与起诉人数之比", en="Arrests approved per person prosecuted")
def approved_to_prosecuted(x: Quantity) -> Quantity:
    """Not all who are prosecuted were arrested, and those arrested late are prosecuted next year.
    起诉者未必都经批捕，年末批捕者往往次年起诉。"""
    return x.persons_arrest_approved_fraud / x.persons_prosecuted_fraud


@metric(unit="person per case", zh="每起起诉案件人数", en="Persons per case prosecuted")
def prosecuted_per_case(x: Quantity) -> Quantity:
    """By prosecutors' cases, which join or split those of the police.
    按检察机关案件计，与公安机关案件合并或拆分不同。"""
    return x.persons_prosecuted_fraud / x.cases_prosecuted


@metric(unit="person per case", zh="一审每案判处人数", en="Persons sentenced per case concluded")
def sentenced_per_case(x: Quantity) -> Quantity:
    """Courts' cases, not those of the police: one court case can hold hundreds of police cases.
    按法院案件计：一起法院案件可含数百起公安立案。"""
    return x.persons_sentenced / x.cases_concluded_first_instance


@metric(unit="person per case", zh="帮信罪每案判处人数", en="Persons sentenced per assist case")
def sentenced_per_assist_case(x: Quantity) -> Quantity:
    """Courts' cases of the assisting offence, whatever the upstream crime.
    按法院帮信罪案件计，不论上游犯罪。"""
    return x.persons_sentenced_assist / x.cases_concluded_assist


@metric(unit="share", zh="判处与起诉人数之比", en="Persons sentenced per person prosecuted")
def sentenced_to_prosecuted(x: Quantity) -> Quantity:
    """Trials end months after prosecution, so a growing number of prosecutions lowers this.
    审判滞后起诉数月，起诉人数增长时此比偏低。"""
    return x.persons_sentenced / x.persons_prosecuted_fraud
