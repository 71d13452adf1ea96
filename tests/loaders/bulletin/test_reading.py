"""Which figure is of what: cases told one by one, verbs of the courts, and what is no figure."""

from datetime import date

import polars as pl
import pytest

from research.loaders.bulletin import Reading, read_bulletin

HALF = "2023年上半年，"


def read(text: str) -> Reading:
    return read_bulletin(text, issued="2023-08-15")


def figures(text: str) -> list[tuple[object, ...]]:
    return read(text).observations.select("indicator", "value").rows()


@pytest.mark.parametrize(
    "text",
    [
        "两部门对第二批7起电信网络诈骗案件挂牌督办，目前已批准逮捕61人，移送起诉230人，判决33人。",
        "今年以来，该公司协助警方打击1起诈骗案件，抓获嫌疑人27人，涉案金额2亿元。",
        "2023年8月3日，本次押解嫌疑人180名回国，来自12个省。",
    ],
)
def test_one_batch_or_case_is_no_total(text: str) -> None:
    told = read(HALF + "全国通报打击情况。" + text).observations
    people = told.filter(pl.col("indicator") != "cases_listed_supervised")
    assert people["scope"].unique().to_list() == ["single_action"]
    assert people.filter(value=33.0).is_empty()


def test_what_the_nation_did_after_a_batch_is_a_total_again() -> None:
    text = "两部门对第二批7起案件挂牌督办。2023年上半年，全国公安机关抓获诈骗嫌疑人3万名。"
    arrested = read(text).observations.filter(indicator="suspects_arrested")
    assert arrested["scope"].to_list() == ["total"]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "检察院受理审查逮捕电信诈骗嫌疑人3.2万人，批捕2.5万人；受理审查起诉5.7万人，提起公诉4.1万人。",
            [
                ("persons_accepted_for_arrest", 32_000),
                ("persons_arrest_approved_fraud", 25_000),
                ("persons_accepted_for_review", 57_000),
                ("persons_prosecuted_fraud", 41_000),
            ],
        ),
        (
            "公安机关抓获电信网络诈骗犯罪嫌疑人5.3万名，检察机关起诉2.2万人。",
            [("suspects_arrested", 53_000), ("persons_prosecuted_fraud", 22_000)],
        ),
        (
            "公安机关抓获电信网络诈骗嫌疑人5.4万名，检察机关起诉2.3万人，法院判处1.2万人。",
            [
                ("suspects_arrested", 54_000),
                ("persons_prosecuted_fraud", 23_000),
                ("persons_sentenced", 12_000),
            ],
        ),
        (
            "检察机关起诉电信网络诈骗犯罪3.3万人，批准逮捕未成年犯罪嫌疑人1.3万人，监督立案3300件。",
            [("persons_prosecuted_fraud", 33_000)],
        ),
        (
            "法院审结电信网络诈骗案件3.4万件，审结关联犯罪（包括帮信、掩饰隐瞒犯罪所得等）4万件8万人。",
            [("cases_concluded_first_instance", 34_000)],
        ),
        ("公安机关将54名金主骨干纳入重点缉捕名单。", [("fugitives_wanted", 54)]),
        ("公安机关将320名嫌疑人列为网上逃犯。", [("fugitives_wanted", 320)]),
        (
            "最高检交办督办从缅北移交的涉案人员1300名。",
            [("persons_case_assigned", 1300)],
        ),
        ("公安机关派出民警180名押解210名嫌疑人回国。", [("suspects_repatriated", 210)]),
        ("银行清理异常银行卡12亿张。", []),
        ("平台对3.3万个涉诈账号进行处罚。", [("internet_accounts_handled", 33_000)]),
        (
            "公安机关拦截3200个资金账户22亿元。",
            [("accounts_frozen", 3200), ("funds_stopped", 2.2e9)],
        ),
        ("银行发现可疑开户人员线索3300个。", [("suspicious_accounts_reported", 3300)]),
        ("刷单诈骗高发。全国共立此类案件3.5万起。", [("cases_filed", 35_000)]),
        ("赌博问题突出。全国共立此类案件3.5万起。", []),
        (
            "全国冻结130亿 抓获嫌疑人3万名",
            [("funds_frozen", 1.3e10), ("suspects_arrested", 30_000)],
        ),
    ],
)
def test_each_figure_under_its_own_words(sentence: str, expected: list[tuple[object, ...]]) -> None:
    assert figures(HALF + sentence) == expected


def test_a_body_of_several_countries_is_of_no_one_place() -> None:
    text = "四国警方会议在昆明举行。2023年上半年，澜湄执法合作中心联合抓获诈骗嫌疑人1300名。"
    found = read(text)
    assert found.observations.is_empty()
    assert "place_unknown" in found.unread["reason"].to_list()


@pytest.mark.parametrize(
    ("text", "window"),
    [
        (
            "首创于2021年3月的反诈中心，目前全国已建成反诈中心330个。",
            (date(2023, 1, 1), date(2023, 8, 15)),
        ),
        (
            "从2021年开始至2023年6月，全国返还资金33亿元。",
            (date(2021, 1, 1), date(2023, 6, 30)),
        ),
        ("从2021年至目前，全国返还资金33亿元。", (date(2021, 1, 1), date(2023, 8, 15))),
        (
            "2022年2月，工信部正式推出12381预警短信系统，上线以来发送预警短信3.3亿条。",
            (date(2022, 2, 1), date(2023, 8, 15)),
        ),
        (
            "2020年10月，公安部部署“断卡”行动，行动开展以来全国返还资金33亿元。",
            (date(2020, 10, 10), date(2023, 8, 15)),
        ),
    ],
)
def test_windows(text: str, window: tuple[date, date]) -> None:
    assert read(text).observations.select("start", "end").rows() == [window]


def test_a_year_in_passing_does_not_date_the_paragraphs_after_it() -> None:
    text = "仅2021年，全国返还资金120亿元。\n8月2日会议指出，要继续打击。全国冻结资金13亿元。"
    assert figures(text) == [("funds_recovered", 1.2e10)]


def test_a_report_to_the_congress_is_of_the_year_before() -> None:
    text = "最高人民检察院工作报告\n各位代表，全国检察机关起诉电信网络诈骗犯罪3.3万人。"
    found = read_bulletin(text, issued="2023-03-07").observations
    assert found.select("start", "end").rows() == [(date(2022, 1, 1), date(2022, 12, 31))]


def test_a_headline_without_a_time_stands_under_the_first_of_the_text() -> None:
    text = "破获案件22万起 止付冻结150亿\n2023年上半年，全国公安机关破获电信网络诈骗案件22万起。"
    found = read(text).observations
    assert found.select("value", "end").rows() == [
        (1.5e10, date(2023, 6, 30)),
        (220_000, date(2023, 6, 30)),
    ]


def test_a_headline_of_an_event_gets_no_period() -> None:
    text = "冻结资金15亿元\n8月3日，公安机关从境外押解嫌疑人180名回国。"
    assert read(text).observations["scope"].to_list() == ["single_action"]
