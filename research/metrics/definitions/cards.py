"""Metrics of the clean-up of phone and bank cards."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import SHARE, Quantity

metric = partial(catalogue.metric, lane="cards")


@metric(unit="card per 1000 person", zh="每千人清理高风险卡数", en="Cards cleaned per 1,000 head")
def cards_cleaned_per_head(x: Quantity) -> Quantity:
    """High-risk phone cards and industry cards together; many persons hold several cards.
    高风险电话卡与行业卡合计；一人可持有多张卡。"""
    return (x.phone_cards_cleaned + x.industry_cards_cleaned) / x.population


@metric(unit="share", zh="行业卡与高风险电话卡清理之比", en="Industry cards per phone card cleaned")
def industry_cards_per_phone_card(x: Quantity) -> Quantity:
    """Two programmes of the industry ministry beside each other.
    工业和信息化部两项专项清理工作的对照。"""
    return x.industry_cards_cleaned / x.phone_cards_cleaned


@metric(unit="person per gang", zh="每个“两卡”团伙涉案人数", en="Suspects per card gang")
def suspects_per_card_gang(x: Quantity) -> Quantity:
    """Most card suspects sold their own cards and belong to no gang.
    多数嫌疑人只是出售本人的卡，不属于任何团伙。"""
    return x.card_suspects / x.card_gangs


@metric(unit="card per gang", zh="每个“两卡”团伙缴获卡数", en="Cards seized per card gang")
def cards_seized_per_card_gang(x: Quantity) -> Quantity:
    """Phone and bank cards; single sellers' cards are counted above the line but not below.
    电话卡与银行卡合计；分子含个人卖卡者的卡，分母只计团伙。"""
    return (x.phone_cards_seized + x.bank_cards_seized) / x.card_gangs


@metric(unit="share", zh="缴获卡中银行卡占比", en="Bank cards in cards seized", within=SHARE)
def bank_share_of_cards_seized(x: Quantity) -> Quantity:
    """Phone cards are traded by the thousand, bank cards one by one.
    电话卡动辄成千上万张交易，银行卡多逐张买卖。"""
    return x.bank_cards_seized / (x.bank_cards_seized + x.phone_cards_seized)


@metric(unit="person per outlet", zh="每处罚一个网点惩戒人数", en="Persons disciplined per outlet")
def disciplined_per_outlet(x: Quantity) -> Quantity:
    """Two sanctions beside each other: on those who sell cards, on those who issue them.
    两类惩处的对照：对买卖卡的人和对发卡网点。"""
    return x.persons_disciplined / x.outlets_punished


@metric(
    unit="person per 1000 person", zh="每千名涉卡嫌疑人中“内鬼”", en="Insiders per 1,000 suspects"
)
def insiders_per_thousand_card_suspects(x: Quantity) -> Quantity:
    """Staff of operators and banks; whether they are among the suspects counted is not said.
    指运营商、银行内部人员；是否计入涉卡嫌疑人，通报未说明。"""
    return x.industry_insiders_caught / x.card_suspects


@metric(unit="share", zh="涉卡嫌疑人与抓获人数之比", en="Card suspects per suspect arrested")
def card_suspects_per_arrest(x: Quantity) -> Quantity:
    """Whether all card suspects are among those arrested for fraud is not said.
    涉卡嫌疑人是否全部计入电诈抓获人数，通报未说明。"""
    return x.card_suspects / x.suspects_arrested
