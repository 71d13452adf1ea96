"""Every metric against a value worked by hand from what the record prints, with its interval.

A printed figure is read as DESIGN §4 has it: 39.4万起 is [393 500, 395 000], 37万余 [370 000,
380 000], 17个 exactly 17, 49,000 [48 500, 50 000]. Where a formula divides, its low end is the
low end above over the high end below.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import NamedTuple

import pytest

from research.metrics.catalogue import CATALOGUE
from research.metrics.compute import compute
from research.record.record import Record

INF = float("inf")


class Worked(NamedTuple):
    """A window of the record, what is printed for it (input by input), and the answer."""

    window: str
    printed: str
    low: float
    value: float
    high: float
    indicator: str | None = None
    scope: str = "total"
    geo: str = "CN"


class People(NamedTuple):
    """The population of China in a window: its figures are of the middle of each year."""

    low: float
    value: float
    high: float


# 2018: 1402760000 is [1 402 755 000, 1 402 770 000]; 2019: 1407745000 is [1 407 744 500, …746 000];
# 2020: 1411100000 is [1 411 050 000, …200 000]; 2021: 1412360000 is [1 412 355 000, …370 000];
# 2022: 1412175000 is [1 412 174 500, …176 000]; 2023: 1410710000 is [1 410 705 000, …720 000];
# 2024: 1408975000 is [1 408 974 500, …976 000]; 2025: 1404890000 is [1 404 885 000, …900 000].
# A window is between the least and the greatest of its years and the years beside them.
IN_2019 = People(1_402_755_000, 1_407_745_000, 1_411_200_000)
IN_2020 = People(1_407_744_500, 1_411_100_000, 1_412_370_000)
IN_2025 = People(1_404_885_000, 1_404_890_000, 1_408_976_000)
# April to December 2021 has 275 days, January to March 2022 has 90.
YEAR_TO_2022 = People(
    1_410_705_000, (275 * 1_412_360_000 + 90 * 1_412_175_000) / 365, 1_412_370_000
)
# February to December 2021 has 334 days, 1 January to 11 May 2022 has 131.
OF_THE_VIDEOS = People(
    1_410_705_000, (334 * 1_412_360_000 + 131 * 1_412_175_000) / 465, 1_412_370_000
)
# 10 October to 31 December 2020 has 83 days, 1 January to 11 October 2021 has 284.
OF_DUANKA = People(1_407_744_500, (83 * 1_411_100_000 + 284 * 1_412_360_000) / 367, 1_412_370_000)

ANY = {
    "year_on_year": Worked(
        "2024", "29.4万起, 43.7万起", 293_500 / 438_000 - 1, 294 / 437 - 1, 295_000 / 436_500 - 1,
        indicator="cases_solved",
    ),
    "change_in_level": Worked(
        "2024", "29.4万起, 43.7万起", 293_500 - 438_000, 294_000 - 437_000, 295_000 - 436_500,
        indicator="cases_solved",
    ),
    # 同比上升73.7% is [73.65 %, 73.8 %].
    "implied_prior_level": Worked(
        "2020-01..2020-06", "10.1万起", 100_500 / 1.738, 101_000 / 1.737,
        102_000 / 1.7365, indicator="cases_solved",
    ),
    # 5.8万起 of the first half of 2019, moved by the same rise.
    "implied_level": Worked(
        "2020-01..2020-06", "5.8万起, 10.1万起", 57_500 * 1.7365, 58_000 * 1.737, 59_000 * 1.738,
        indicator="cases_solved",
    ),
    # January to May of 2019 has 31 + 28 + 31 + 30 + 31 = 151 days.
    "per_day": Worked(
        "2019-01..2019-05", "44,000", 43_500 / 151, 44_000 / 151, 45_000 / 151,
        indicator="cases_solved",
    ),
    "per_head": Worked(
        "2019", "16.3万人", 1e5 * 162_500 / IN_2019.high, 1e5 * 163_000 / IN_2019.value,
        1e5 * 164_000 / IN_2019.low, indicator="suspects_arrested",
    ),
    "per_head_per_day": Worked(
        "2019", "16.3万人", 1e5 * 162_500 / IN_2019.high / 365, 1e5 * 163_000 / IN_2019.value / 365,
        1e5 * 164_000 / IN_2019.low / 365, indicator="suspects_arrested",
    ),
}  # fmt: skip
ENFORCEMENT = {
    "arrests_per_case": Worked(
        "2020", "36.1万名, 32.2万起", 360_500 / 323_000, 361 / 322, 362_000 / 321_500
    ),
    "solved_to_filed": Worked(
        "2019", "20万起, 782,000", 195_000 / 783_000, 200 / 782, 210_000 / 781_500
    ),
    "dens_per_thousand_cases": Worked(
        "2021-04..2022-03", "3.2万个, 39.4万起",
        31_500 / 395, 32_000 / 394, 33_000 / 393.5,
    ),
    "gangs_per_thousand_cases": Worked(
        "2021-01..2021-05", "1.4万余个, 11.4万起", 14_000 / 115, 14_000 / 114, 15_000 / 113.5
    ),
    "arrests_per_gang": Worked(
        "2021-01..2021-05", "15.4万名, 1.4万余个", 153_500 / 15_000, 154 / 14, 155_000 / 14_000
    ),
    "arrests_per_den": Worked(
        "2021-04..2022-03", "63.4万名, 3.2万个", 633_500 / 33_000, 634 / 32, 635_000 / 31_500
    ),
    "arrests_per_campaign": Worked(
        "2021-04..2022-03", "63.4万名, 150次", 633_500 / 150, 634_000 / 150, 635_000 / 150
    ),
    "ringleaders_per_thousand_cases": Worked(
        "2024", "570余名, 29.4万起", 570 / 295, 570 / 294, 580 / 293.5
    ),
    "loss_per_case_filed": Worked(
        "2016-01..2016-07", "114.2亿元, 35.5万起",
        11_415_000_000 / 356_000, 11_420_000_000 / 355_000, 11_430_000_000 / 354_500,
    ),
}  # fmt: skip
SOURCE_CONTROL = {
    "suspects_per_exit_gang": Worked(
        "2021-05-21..2021-10-26", "33860名, 9419个", 33_860 / 9_419, 33_860 / 9_419, 33_860 / 9_419
    ),
    "suspects_per_exit_case": Worked(
        "2021-05-21..2021-10-26", "33860名, 4160起",
        # 4160 ends in one zero: no sign of rounding.
        33_860 / 4_160, 33_860 / 4_160, 33_860 / 4_160,
    ),
    "returns_per_exit_suspect": Worked(
        "2021-04..2022-03", "21万名, 5.1万名", 205_000 / 52_000, 210 / 51, 220_000 / 50_500
    ),
    "suspects_per_border_case": Worked(
        "2023", "10.9万余人, 5.8万余起", 109_000 / 59_000, 109 / 58, 110_000 / 58_000,
        scope="border_crime",
    ),
    "suspects_per_border_gang": Worked(
        "2023", "10.9万余人, 2463个", 109_000 / 2_463, 109_000 / 2_463, 110_000 / 2_463,
        scope="border_crime",
    ),
    "transit_dens_per_thousand_cases": Worked(
        "2024-01..2024-06", "105处, 1.8万起", 105 / 19, 105 / 18, 105 / 17.5, scope="border_crime"
    ),
    "suspects_per_batch": Worked(
        "2019-06-13..2019-12-25", "2553名, 14次", 2_553 / 14, 2_553 / 14, 2_553 / 14,
        scope="operation/yunjian-2019",
    ),
    "captures_per_mission": Worked("2019", "4276名, 21次", 4_276 / 21, 4_276 / 21, 4_276 / 21),
    "captures_per_den_abroad": Worked("2019", "4276名, 70个", 4_276 / 70, 4_276 / 70, 4_276 / 70),
}  # fmt: skip
WARNING = {
    "local_share_of_warnings": Worked(
        "2021-04..2022-03", "4170万条, 4067万条",
        # The share is least where local warnings are fewest and national ones most.
        41_695_000 / (41_695_000 + 40_680_000), 4_170 / (4_170 + 4_067),
        41_710_000 / (41_710_000 + 40_665_000),
    ),
    "warnings_per_person_protected": Worked(
        "2021-04..2022-03", "4067万条, 4170万条, 6178万名",
        (40_665_000 + 41_695_000) / 61_790_000, (4_067 + 4_170) / 6_178,
        (40_680_000 + 41_710_000) / 61_775_000,
    ),
    "instructions_per_person_protected": Worked(
        "2021-04..2022-03", "4067万条, 6178万名",
        40_665_000 / 61_790_000, 4_067 / 6_178, 40_680_000 / 61_775_000,
    ),
    "visits_per_warning": Worked(
        "2023-01..2024-05", "1477萬人次, 4.2億條",
        14_765_000 / 430_000_000, 1_477 / 42_000, 14_780_000 / 415_000_000,
    ),
    "visit_share": Worked(
        "2023-01..2024-05", "1477萬人次, 3.1億次, 2.3億條",
        14_765_000 / (14_765_000 + 320_000_000 + 240_000_000), 1_477 / (1_477 + 31_000 + 23_000),
        14_780_000 / (14_780_000 + 305_000_000 + 225_000_000),
    ),
    "call_share": Worked(
        "2023-01..2024-05", "1477萬人次, 3.1億次, 2.3億條",
        305_000_000 / (14_780_000 + 305_000_000 + 240_000_000), 31_000 / (1_477 + 31_000 + 23_000),
        320_000_000 / (14_765_000 + 320_000_000 + 225_000_000),
    ),
    "sms_share": Worked(
        "2023-01..2024-05", "1477萬人次, 3.1億次, 2.3億條",
        225_000_000 / (14_780_000 + 320_000_000 + 225_000_000), 23_000 / (1_477 + 31_000 + 23_000),
        240_000_000 / (14_765_000 + 305_000_000 + 240_000_000),
    ),
    "app_warnings_per_report": Worked(
        "2021-03-15..2023-06-19", "3.1亿次, 2323万条",
        305_000_000 / 23_240_000, 31_000 / 2_323, 320_000_000 / 23_225_000,
    ),
}  # fmt: skip
INTERCEPTION = {
    "calls_blocked_per_head": Worked(
        "2025", "3.6 billion", 3.55e9 / IN_2025.high, 3.6e9 / IN_2025.value, 3.7e9 / IN_2025.low
    ),
    "messages_blocked_per_head": Worked(
        "2021-04..2022-03", "21.4亿条", 2.135e9 / YEAR_TO_2022.high, 2.14e9 / YEAR_TO_2022.value,
        2.15e9 / YEAR_TO_2022.low,
    ),
    "domains_blocked_per_head": Worked(
        "2020", "160万个", 1_595_000e3 / IN_2020.high, 1_600_000e3 / IN_2020.value,
        1_610_000e3 / IN_2020.low,
    ),
    # January to November 2021 has 365 − 31 = 334 days.
    "calls_blocked_per_day": Worked(
        "2021-01..2021-11", "15.5亿次", 1.545e9 / 334, 1.55e9 / 334, 1.56e9 / 334
    ),
    "messages_blocked_per_day": Worked(
        "2021-01..2021-11", "17.6亿条", 1.755e9 / 334, 1.76e9 / 334, 1.77e9 / 334
    ),
    "domains_blocked_per_day": Worked(
        "2020", "160万个", 1_595_000 / 366, 1_600_000 / 366, 1_610_000 / 366
    ),
    "messages_per_call_blocked": Worked(
        "2023", "22.8亿条, 27.5亿次", 2.275 / 2.76, 2.28 / 2.75, 2.29 / 2.745
    ),
    "calls_blocked_per_case_solved": Worked(
        "2021-01..2021-11", "15.5亿次, 37万余起", 1.545e9 / 380_000, 1.55e9 / 370_000,
        1.56e9 / 370_000,
    ),
}  # fmt: skip
FUNDS = {
    "funds_stopped_per_case_solved": Worked(
        "2022", "3180余亿元, 46.4万起", 3.18e11 / 465_000, 3.18e11 / 464_000, 3.19e11 / 463_500
    ),
    "stopped_to_lost": Worked(
        "2016", "51.2億元, 180億元", 51.15 / 181, 51.2 / 180, 51.3 / 179.5
    ),
    "recovered_to_stopped": Worked(
        "2021-01..2021-09", "944.23万元, 3.2亿元",
        9_442_250 / 3.3e8, 9_442_300 / 3.2e8, 9_442_400 / 3.15e8, geo="441900",
    ),
    "recovered_to_lost": Worked(
        "2023", "£287.3 million, £459.7m", 287.25 / 459.8, 287.3 / 459.7, 287.4 / 459.65,
        scope="series/gb-ukf-app", geo="GB",
    ),
    "averted_to_lost": Worked(
        "2020", "1876亿元, 35.37 billion yuan", 1875.5 / 353.8, 1876 / 353.7, 1877 / 353.65
    ),
    "stopped_per_account_frozen": Worked(
        "2019", "373.8亿元, 55.5万个", 3.7375e10 / 556_000, 3.738e10 / 555_000, 3.739e10 / 554_500
    ),
    "stopped_per_head": Worked(
        "2019", "373.8亿元", 3.7375e10 / IN_2019.high, 3.738e10 / IN_2019.value,
        3.739e10 / IN_2019.low,
    ),
    "losses_per_head": Worked(
        "2020", "35.37 billion yuan", 3.5365e10 / IN_2020.high, 3.537e10 / IN_2020.value,
        3.538e10 / IN_2020.low,
    ),
}  # fmt: skip
CARDS = {
    "cards_cleaned_per_head": Worked(
        "2021-04..2022-03", "7769万张, 1931万张",
        1e3 * (77_685_000 + 19_305_000) / YEAR_TO_2022.high, 1e3 * 97_000_000 / YEAR_TO_2022.value,
        1e3 * (77_700_000 + 19_320_000) / YEAR_TO_2022.low,
    ),
    "industry_cards_per_phone_card": Worked(
        "2021-04..2022-03", "1931万张, 7769万张", 1_930.5 / 7_770, 1_931 / 7_769, 1_932 / 7_768.5
    ),
    "suspects_per_card_gang": Worked(
        "2020-10-10..2021-10-11", "45万名, 2.7万个", 445_000 / 28_000, 450 / 27, 460_000 / 26_500
    ),
    "cards_seized_per_card_gang": Worked(
        "2020-10-10..2021-06-17", "373.3万张, 56.6万张, 1.5万个",
        (3_732_500 + 565_500) / 16_000, (3_733 + 566) / 15, (3_734_000 + 567_000) / 14_500,
    ),
    "bank_share_of_cards_seized": Worked(
        "2020-10-10..2021-06-17", "56.6万张, 373.3万张",
        565.5 / (565.5 + 3_734), 566 / (566 + 3_733), 567 / (567 + 3_732.5),
    ),
    "disciplined_per_outlet": Worked(
        "2020-10-10..2021-06-17", "17.3万名, 1.8万家", 172_500 / 19_000, 173 / 18, 174_000 / 17_500
    ),
    "insiders_per_thousand_card_suspects": Worked(
        "2020-10-10..2021-04-09", "422名, 21.3万名", 422 / 214, 422 / 213, 422 / 212.5
    ),
    "card_suspects_per_arrest": Worked(
        "2021-04..2022-03", "44万名, 63.4万名", 435 / 635, 440 / 634, 450 / 633.5
    ),
}  # fmt: skip
FIXED_LINE = {
    "loss_per_fixed_line_case": Worked(
        "2022-01-01..2022-04-02", "5亿元, 5200余起", 4.5e8 / 5_300, 5e8 / 5_200, 6e8 / 5_200
    ),
    "leads_per_fixed_line_case": Worked(
        "2022-01-01..2022-04-02", "4300餘條, 5200余起", 4_300 / 5_300, 43 / 52, 4_400 / 5_200
    ),
    "money_per_fixed_line_lead": Worked(
        "2022-01-01..2022-04-02", "5亿元, 4300餘條", 4.5e8 / 4_400, 5e8 / 4_300, 6e8 / 4_300
    ),
}
ACCOUNTABILITY = {
    "share_of_prefectures_warned": Worked(
        "2021-04..2022-03", "17个", 17 / 333, 17 / 333, 17 / 333
    ),
    "share_of_counties_interviewed": Worked(
        "2021-04..2022-03", "20个", 20 / 2_843, 20 / 2_843, 20 / 2_843
    ),
    "delisted_to_listed": Worked("2017-12-24..2017-12-24", "5個, 12個", 5 / 12, 5 / 12, 5 / 12),
}  # fmt: skip
PUBLICITY = {
    "plays_per_video": Worked(
        "2021-02-01..2022-05-11", "30亿次, 4300多条", 2.95e9 / 4_400, 3e9 / 4_300, 3.1e9 / 4_300
    ),
    "plays_per_head": Worked(
        "2021-02-01..2022-05-11", "30亿次", 2.95e9 / OF_THE_VIDEOS.high, 3e9 / OF_THE_VIDEOS.value,
        3.1e9 / OF_THE_VIDEOS.low,
    ),
    "videos_per_day": Worked(
        "2021-02-01..2022-05-11", "4300多条", 4_300 / 465, 4_300 / 465, 4_400 / 465
    ),
    "publicity_messages_per_head": Worked(
        "2020-10-10..2021-10-11", "36.2亿条", 3.615e9 / OF_DUANKA.high, 3.62e9 / OF_DUANKA.value,
        3.63e9 / OF_DUANKA.low,
    ),
    "publicity_messages_per_event": Worked(
        "2020-10-10..2021-10-11", "36.2亿条, 1.5万场次", 3.615e9 / 16_000, 3.62e9 / 15_000,
        3.63e9 / 14_500,
    ),
}  # fmt: skip
JUDICIARY = {
    "prosecutions_per_arrest": Worked(
        "2019", "3.9万人, 16.3万人", 38_500 / 164_000, 39 / 163, 40_000 / 162_500
    ),
    "assist_to_fraud": Worked(
        "2023-01..2023-11", "12.9万余人, 4.2万余人", 129 / 43, 129 / 42, 130 / 42
    ),
    "share_of_assisting": Worked(
        "2023-01..2023-11", "12.9万余人, 4.2万余人",
        129 / (129 + 43), 129 / (129 + 42), 130 / (130 + 42),
    ),
    # "over 104,000" has no upper end, so neither has the ratio.
    "conceal_to_assist": Worked(
        "2023-01..2023-10", "over 104,000 individuals, 115,000 individuals",
        104_000 / 116_000, 104 / 115, INF,
    ),
    "approved_to_prosecuted": Worked(
        "2015-11..2018-11", "7.9万人, 7.7万人", 78_500 / 78_000, 79 / 77, 80_000 / 76_500
    ),
    "prosecuted_per_case": Worked(
        "2019..2023", "21万余人, 7.5万余件", 210 / 76, 210 / 75, 220 / 75
    ),
    "sentenced_per_case": Worked(
        "2017..2021", "22.3万名, 10.3万件", 222_500 / 104_000, 223 / 103, 224_000 / 102_500
    ),
    "sentenced_per_assist_case": Worked(
        "2017..2021", "10.2万名, 6.7万件", 101_500 / 68_000, 102 / 67, 103_000 / 66_500
    ),
    # "about 69,000" is a step of its last digit to either side.
    "sentenced_to_prosecuted": Worked(
        "2025", "8.5万人, about 69,000 individuals", 84_500 / 70_000, 85 / 69, 86_000 / 68_000
    ),
}  # fmt: skip
WORKED = (
    ANY | ENFORCEMENT | SOURCE_CONTROL | WARNING | INTERCEPTION | FUNDS | CARDS | FIXED_LINE
    | ACCOUNTABILITY | PUBLICITY | JUDICIARY
)  # fmt: skip


def days(window: str) -> tuple[dt.date, dt.date]:
    """The days of `2019`, `2017..2021`, `2021-04..2022-03` or `2022-01-01..2022-04-02`."""
    first, _, last = window.partition("..")
    last = last or first
    start = dt.date.fromisoformat(first + "-01-01"[len(first) - 4 :])
    if len(last) == 10:
        return start, dt.date.fromisoformat(last)
    year, month = int(last[:4]), int(last[5:] or 12)
    return start, dt.date(year, month, monthrange(year, month)[1])


def test_every_metric_is_worked_by_hand() -> None:
    assert WORKED.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("name", WORKED)
def test_a_metric_gives_what_is_worked_by_hand(record: Record, name: str) -> None:
    worked = WORKED[name]
    start, end = days(worked.window)
    found = compute(
        name, record, geo=worked.geo, scope=worked.scope, indicator=worked.indicator,
        start=start, end=end,
    ).filter(start=start, end=end)  # fmt: skip
    assert found.height == 1
    row = found.row(0, named=True)
    assert row["reason"] is None
    printed = dict(record.observations.select("observation_id", "printed").iter_rows())
    assert ", ".join(printed[name] for name in row["observations"]) == worked.printed
    wanted = (worked.low, worked.value, worked.high)
    assert (row["low"], row["value"], row["high"]) == pytest.approx(wanted, rel=1e-12)
