"""Bulletins written for these tests in the manner of the genre; each row worked by hand."""

from datetime import date

import polars as pl
import pytest

from research.loaders.bulletin import BulletinError, Reading, read_bulletin

NATIONAL = """首页 > 要闻 > 正文
上半年全国破获电信网络诈骗案件同比上升
来源:反诈观察报 2023-08-02 10:15
记者1日从公安部获悉,今年上半年,全国共破获电信网络诈骗案件21.4万起,抓获犯罪嫌疑人12.6万余名,同比分别上升30.2%和41.7%,捣毁诈骗窝点1860个。
国家反诈中心会同有关部门拦截诈骗电话11.2亿次、短信9.6亿条,封堵涉诈域名网址86.3万个,紧急止付涉案资金1500余亿元,成功避免近900万名群众受骗。
截至6月底,工信部清理高危电话卡2300万张、物联网卡410万张。人民银行拒绝可疑交易3200多万笔。
7月19日,临江县公安局民警在一出租屋内打掉一个诈骗团伙,抓获犯罪嫌疑人7名,涉案金额80余万元。
相关阅读
2019年破获案件99万起,抓获犯罪嫌疑人88万名
"""
HALF = (date(2023, 1, 1), date(2023, 6, 30))
GOLDEN = [
    ("cases_solved", 214_000, "exact_as_printed", 30.2),
    ("suspects_arrested", 126_000, "over", 41.7),
    ("dens_destroyed", 1860, "exact_as_printed", None),
    ("calls_blocked", 1.12e9, "exact_as_printed", None),
    ("sms_blocked", 9.6e8, "exact_as_printed", None),
    ("domains_blocked", 863_000, "exact_as_printed", None),
    ("funds_stopped", 1.5e11, "over", None),
    ("persons_protected", 9e6, "nearly", None),
    ("phone_cards_cleaned", 2.3e7, "exact_as_printed", None),
    ("industry_cards_cleaned", 4.1e6, "exact_as_printed", None),
    ("suspicious_transactions_refused", 3.2e7, "over", None),
]


def rows(found: Reading, *columns: str) -> list[tuple[object, ...]]:
    return found.observations.select(columns).rows()


def test_every_national_figure_of_a_bulletin() -> None:
    found = read_bulletin(NATIONAL)
    assert rows(found, "indicator", "value", "qualifier", "yoy_pct") == GOLDEN
    assert set(rows(found, "start", "end", "geo")) == {(*HALF, "CN")}


def test_the_head_names_the_source_and_furniture_stays_outside() -> None:
    found = read_bulletin(NATIONAL)
    assert found.source["issued"] == date(2023, 8, 2)
    assert found.source["outlet"] == "反诈观察报"
    assert found.source["title"] == "上半年全国破获电信网络诈骗案件同比上升"
    assert found.source["issuer"] == "公安部"
    assert "99万" not in found.text
    assert "首页" not in found.text


def test_a_place_outside_the_table_of_regions_is_not_guessed() -> None:
    unread = read_bulletin(NATIONAL).unread
    assert unread.filter(pl.col("printed").is_in(["7名", "80余万元"]))["reason"].to_list() == [
        "place_unknown",
        "place_unknown",
    ]


@pytest.mark.parametrize(
    ("sentence", "indicator", "value"),
    [
        ("2022年，全国打掉涉“两卡”违法犯罪团伙1.5万个。", "card_gangs", 15_000),
        ("2022年，全国打掉电信网络诈骗团伙3200个。", "gangs_dismantled", 3200),
        ("2022年，公安机关组织开展“断流”专案行动，打掉团伙900个。", "illegal_exit_gangs", 900),
        (
            "2022年，全国检察机关起诉帮助信息网络犯罪活动罪十二万余人。",
            "persons_prosecuted_assist",
            120_000,
        ),
        ("2022年，全国公安机关返还群众被骗资金33.1亿元。", "funds_recovered", 3.31e9),
        ("2022年，国家反诈中心下发资金预警指令410万条。", "fund_warnings_pushed", 4.1e6),
        ("2022年，全国公安机关累计见面劝阻1200万人次。", "dissuasion_visits", 1.2e7),
        (
            "2022年，全国公安机关从境外教育劝返涉诈人员5.3万名。",
            "persons_persuaded_to_return",
            53_000,
        ),
        ("2022年，全国对21个重点城市进行红黄牌警告。", "cities_warned", 21),
        ("2022年，全國共破獲電信網絡詐騙案件２８．３萬起。", "cases_solved", 283_000),
        ("2022年，全国共破获电信网络诈骗案件 28.3 万起。", "cases_solved", 283_000),
    ],
)
def test_what_a_figure_counts(sentence: str, indicator: str, value: float) -> None:
    found = read_bulletin(sentence)
    assert rows(found, "indicator", "value") == [(indicator, value)]
    assert rows(found, "start", "end") == [(date(2022, 1, 1), date(2022, 12, 31))]


def test_a_list_shares_its_verb_and_another_its_noun() -> None:
    found = read_bulletin(
        "2022年，全国拦截诈骗电话3.1亿次、短信2亿条；止付涉案资金9亿元，冻结7亿元。"
    )
    assert [row[0] for row in rows(found, "indicator")] == [
        "calls_blocked",
        "sms_blocked",
        "funds_stopped",
        "funds_frozen",
    ]


def test_respectively_deals_levels_out_to_years() -> None:
    found = read_bulletin(
        "2019年至2021年，全国检察机关分别起诉电信网络诈骗犯罪3.9万人、5万人、4万人。"
    )
    assert rows(found, "start", "value") == [
        (date(2019, 1, 1), 39_000),
        (date(2020, 1, 1), 50_000),
        (date(2021, 1, 1), 40_000),
    ]


def test_a_change_that_names_its_own_series() -> None:
    found = read_bulletin(
        "2022年，全国电信网络诈骗立案数、损失金额同比分别下降12.5%、8.1%，破案数同比上升三成。"
    )
    assert rows(found, "indicator", "printed", "yoy_pct") == [
        ("cases_filed", None, -12.5),
        ("losses_reported", None, -8.1),
        ("cases_solved", None, 30.0),
    ]


def test_running_totals_take_the_start_of_what_they_close() -> None:
    text = "2023年7月以来，公安机关深入打击。截至2023年11月底，全国共破获电信网络诈骗案件5万起。"
    found = read_bulletin(text, issued="2023-12-08")
    assert rows(found, "start", "end") == [(date(2023, 7, 1), date(2023, 11, 30))]


def test_a_provincial_bulletin_is_of_its_province() -> None:
    text = (
        "甘肃省公安厅召开新闻发布会通报，2022年，全省共破获电信网络诈骗案件1.1万起，止付资金6亿元。"
    )
    assert set(rows(read_bulletin(text), "geo")) == {("620000",)}


def test_runs_and_records_are_claims() -> None:
    text = (
        "去年6月至今年3月，全国立案数连续10个月同比下降。"
        "一年来，全国破案39万起，打击战果创历史新高。"
    )
    claims = read_bulletin(text, issued="2022-05-11").claims
    assert claims.select("kind", "indicator", "value").rows() == [
        ("yoy_decline_run", "cases_filed", 10.0),
        ("record_high", "cases_solved", None),
        ("record_high", "suspects_arrested", None),
    ]
    assert claims.row(0, named=True)["start"] == date(2021, 6, 1)
    assert claims.row(0, named=True)["end"] == date(2022, 3, 31)


def test_without_a_day_of_issue_a_window_that_needs_it_is_null() -> None:
    found = read_bulletin("今年以来，全国共破获电信网络诈骗案件3万起；2020年，全国破获案件2万起。")
    assert rows(found, "start") == [(None,), (date(2020, 1, 1),)]
    assert "day of issue" in found.observations["note"][0]
    assert found.tables()["observations"].height == 1


def test_parts_averages_and_rewards_are_no_totals() -> None:
    text = "2022年，全国抓获犯罪嫌疑人9万名；奖励举报人员20万元；有2万美元被骗。"
    found = read_bulletin(text)
    assert found.unread.select("printed", "reason").rows()[-2:] == [
        ("20万元", "not_a_total"),
        ("2万美元", "foreign_currency"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00", "binary"),
        (b"<html><body><script>var a=1</script></body></html>", "without text"),
        (b"Police solved 394,000 cases last year and arrested 634,000 suspects in all.", "English"),
    ],
)
def test_what_is_no_bulletin_says_why(content: bytes, says: str) -> None:
    with pytest.raises(BulletinError, match=says):
        read_bulletin(content)


def test_one_is_an_article_unless_it_is_counted() -> None:
    text = "4月2日，南昌市公安局打掉一个电信网络诈骗团伙，抓获了一批人员，这只是行动的一个缩影。"
    found = read_bulletin(text, issued="2022-05-11")
    assert rows(found, "indicator", "printed", "geo", "scope") == [
        ("gangs_dismantled", "一个", "360100", "single_action")
    ]
    assert found.unread.is_empty()


def test_a_part_of_another_kind_is_read_and_one_of_the_same_is_not() -> None:
    text = "2022年，全国抓获犯罪嫌疑人9万名，其中金主、头目和骨干351名；抓获2万名，其中女性3000名。"
    found = read_bulletin(text)
    assert rows(found, "indicator", "value")[:2] == [
        ("suspects_arrested", 90_000),
        ("ringleaders_caught", 351),
    ]
    assert ("3000名", "part") in found.unread.select("printed", "reason").rows()


def test_an_operation_dates_the_running_total_that_follows_it() -> None:
    text = "今年4月，公安部部署开展“云剑-2020”行动。截至目前，全国共破获电信网络诈骗案件10万起。"
    found = read_bulletin(text, issued="2020-07-17")
    assert rows(found, "start", "end") == [(date(2020, 4, 13), date(2020, 7, 17))]


def test_a_change_against_another_month_is_not_one_on_the_year_before() -> None:
    text = "2021年5月，全国共立电信网络诈骗案件8.4万起，与4月相比下降14.3%。"
    found = read_bulletin(text, issued="2021-06-24")
    assert rows(found, "value", "yoy_pct") == [(84_000, None)]
    assert found.unread["reason"].to_list() == ["change_on_another_base"]


def test_an_operation_that_is_only_mentioned_does_not_move_a_printed_start() -> None:
    text = (
        "2022年以来，公安部组织开展夏季治安打击整治“百日行动”，全国共破获电信网络诈骗案件10万起。"
    )
    found = read_bulletin(text, issued="2022-09-27")
    assert rows(found, "start", "end") == [(date(2022, 1, 1), date(2022, 9, 27))]


def test_an_operation_without_a_known_day_leaves_the_window_before_it() -> None:
    text = (
        "2022年3月以来，全省开展“秋风扫叶”专项行动。\n"
        "行动开展以来，全国共破获电信网络诈骗案件3万起。"
    )
    found = read_bulletin(text, issued="2022-09-27")
    assert rows(found, "start", "end") == [(date(2022, 3, 1), date(2022, 9, 27))]


def test_no_row_stands_without_days_once_the_day_of_issue_is_known() -> None:
    found = read_bulletin("全国共破获电信网络诈骗案件3万起。", issued="2022-09-27")
    assert found.observations.is_empty()
    assert found.unread.select("printed", "reason").rows() == [("3万起", "no_window")]


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        (
            "2022年，各部门推出12381涉诈预警劝阻短信系统和一证通查服务，拦截诈骗电话6亿次、短信7亿条。",
            ["calls_blocked", "sms_blocked"],
        ),
        (
            "2022年，全国检察机关起诉电信网络诈骗犯罪、帮信犯罪和掩饰、隐瞒犯罪所得犯罪分别为3万人、12万人、2万人。",
            [
                "persons_prosecuted_fraud",
                "persons_prosecuted_assist",
                "persons_prosecuted_conceal",
            ],
        ),
        (
            "2022年，全国法院审结此类案件3.1万件，6.2万名被告人被判处刑罚。",
            ["cases_concluded_first_instance", "persons_sentenced"],
        ),
        (
            "2022年，公安部先后6次组织天津、山东等地民警赴老挝开展执法合作。",
            ["overseas_missions"],
        ),
        ("2022年，有关部门对50家企业、近2000万张物联网卡开展排查。", ["cards_screened"]),
        ("2022年，全国银行网点阻截电信网络诈骗案件5万起。", ["cases_prevented"]),
        (
            "2022年，全国抓获境外回流人员1.2万人，缉捕境外目标在逃人员88名。",
            ["returnee_suspects_caught", "fugitives_caught"],
        ),
        ("2022年，公安部挂牌督办两批8起重大案件。", ["cases_listed_supervised"]),
        (
            "2022年，举报中心打击仿冒APP 4000个，处置诈骗网站300个，拦截可疑网址访问9亿次。",
            ["fake_sites_handled", "domains_blocked"],
        ),
        ("2022年，有关部门封堵网站、App、域名110万个。", ["domains_blocked"]),
        (
            "2022年，公安部组织三次集群战役、22次集中收网。",
            ["cluster_campaigns", "concentrated_actions"],
        ),
        (
            "2022年，全国检察机关批捕集中遣返涉诈人员4万人，起诉2.9万人。",
            ["persons_arrest_approved_fraud", "persons_prosecuted_fraud"],
        ),
        ("2022年，有关部门保护400万名群众免受诈骗。", ["persons_protected"]),
        ("2022年，全国核破电信网络诈骗案件1.2万起。", ["cases_solved"]),
        ("2022年，全国抓获、劝投在逃人员1200名。", ["fugitives_caught"]),
        ("2022年，全国拦截劝阻前往境外人员1.2万名。", ["departures_stopped"]),
        (
            "2022年，处置仿冒网站400个，其中，涉及政府机构类300个，期刊类100个。",
            ["fake_sites_handled"] * 3,
        ),
    ],
)
def test_the_words_next_to_a_figure_say_what_it_counts(sentence: str, named: list[str]) -> None:
    found = read_bulletin(sentence, issued="2023-01-10")
    assert [row[0] for row in rows(found, "indicator")] == named


def test_other_crimes_of_a_sentence_are_left_unread() -> None:
    text = (
        "2022年，移民管理机构破获妨害国（边）境管理案件1.2万起，抓获违法犯罪嫌疑人3.1万名；"
        "查破毒品案件300起，抓获嫌疑人400名，打掉走私团伙7个，打掉偷渡团伙20个。"
    )
    found = read_bulletin(text, issued="2023-01-10")
    assert rows(found, "indicator", "value") == [
        ("border_crime_cases", 12_000),
        ("border_crime_suspects", 31_000),
        ("border_crime_gangs", 20),
    ]
    assert set(found.unread["reason"]) == {"another_crime"}


def test_one_round_or_one_flight_is_no_total() -> None:
    text = "2022年，公安部赴柬埔寨押解回国犯罪嫌疑人900名。12月3日，又有130名犯罪嫌疑人被押解回国。"
    found = read_bulletin(text, issued="2022-12-20")
    assert rows(found, "value", "scope") == [(900, "total"), (130, "single_action")]


def test_a_running_total_of_a_system_ends_where_the_sentence_says() -> None:
    text = "截至2023年6月，国家反诈中心App注册用户7亿名，官方政务号粉丝3000万。"
    found = read_bulletin(text, issued="2023-08-02")
    assert rows(found, "indicator", "start", "end") == [
        ("app_installs", date(2021, 3, 15), date(2023, 6, 30)),
        ("official_account_followers", date(2021, 2, 1), date(2023, 6, 30)),
    ]


def test_a_year_named_without_figures_dates_the_sentence_after_it() -> None:
    text = "2022年，各地公安机关主动出击。全国共破获电信网络诈骗案件2.1万起，涉案金额30亿元。"
    found = read_bulletin(text, issued="2023-01-10")
    assert rows(found, "indicator", "start", "end") == [
        (name, date(2022, 1, 1), date(2022, 12, 31)) for name in ("cases_solved", "funds_involved")
    ]


def test_returnees_are_not_smugglers_and_an_operation_is_a_window() -> None:
    text = (
        "“断流”专案行动期间，全国打掉非法出境团伙900个，抓获偷渡犯罪嫌疑人5000名，"
        "抓获回流人员700名。"
    )
    found = read_bulletin(text, issued="2021-12-20")
    assert rows(found, "indicator", "start") == [
        (name, date(2021, 5, 21))
        for name in ("illegal_exit_gangs", "smuggling_suspects", "returnee_suspects_caught")
    ]


def test_what_some_provinces_did_together_is_no_national_total() -> None:
    text = "2022年，江苏、浙江等10省市开展联合行动，抓获犯罪嫌疑人2100名，打掉诈骗团伙180个。"
    found = read_bulletin(text, issued="2023-01-10")
    assert rows(found, "value", "scope") == [
        (2100, "regional_campaign"),
        (180, "regional_campaign"),
    ]
    text = "2022年，在全国31个省区市抓获犯罪嫌疑人4600名。"
    assert rows(read_bulletin(text), "value", "scope") == [(4600, "total")]


def test_a_computer_virus_is_no_drug_and_drunken_driving_no_fraud() -> None:
    text = "2022年，全国查获酒驾63万起，抓获病毒木马诈骗犯罪嫌疑人300名。"
    found = read_bulletin(text, issued="2023-01-10")
    assert rows(found, "indicator", "value") == [("suspects_arrested", 300)]


def test_several_flights_are_a_total() -> None:
    text = "2021年，公安部先后从柬埔寨等国包机押解回国犯罪嫌疑人1300名。"
    assert rows(read_bulletin(text, issued="2022-01-10"), "scope") == [("total",)]


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        (
            "2022年，国家反诈中心App发出预警2000万次，受理群众举报线索70万条。",
            ["app_warnings", "app_reports"],
        ),
        (
            "国家反诈中心App累计受理举报线索900万条，向用户预警1.2亿次。",
            ["app_reports", "app_warnings"],
        ),
        ("目前，全国已有27个省份开通反诈劝阻专线。", ["hotline_96110_provinces"]),
        (
            "2022年，移民管理机构查办妨害国边境管理案件6100起，查获嫌疑人9300人；截获非法出境人员2100人，拦截涉赌诈等人员1.7万人次。",
            [
                "border_crime_cases",
                "border_crime_suspects",
                "illegal_crossers_found",
                "departures_stopped",
            ],
        ),
        (
            "2022年，移民管理机构查处妨害国边境管理人员7.1万人，其中境外“蛇头”86人。",
            ["border_crime_suspects", "snakeheads_caught"],
        ),
        (
            "2022年，最高检会同人民银行发布通告，挂牌督办“李某案”等35起重大案件。",
            ["cases_listed_supervised"],
        ),
        ("2022年，全国公安机关已侦破20余起挂牌督办的大要案件。", []),
        (
            "2022年，检察机关起诉电信网络诈骗犯罪4万人、帮助信息网络犯罪11万人。",
            ["persons_prosecuted_fraud", "persons_prosecuted_assist"],
        ),
        (
            "2022年，全国打掉诈骗团伙31个，抓获嫌疑人260名，查证涉案金额4.1亿元。",
            ["gangs_dismantled", "suspects_arrested", "funds_involved"],
        ),
        ("2022年，全国采取强制措施5万人，行政查处3.3万人。", ["administrative_penalties"]),
        ("2022年，各地依法批捕集中遣返人员2万人。", ["persons_arrest_approved_fraud"]),
    ],
)
def test_words_of_border_hotline_and_prosecution(sentence: str, named: list[str]) -> None:
    found = read_bulletin(sentence, issued="2023-01-10")
    assert [row[0] for row in rows(found, "indicator")] == named


def test_an_average_of_the_past_does_not_date_the_running_total_after_it() -> None:
    text = "目前，诈骗警情从2015年日均90起降到30起。全国日均拦截诈骗电话300万次，累计2.5亿次。"
    found = read_bulletin(text, issued="2018-11-20")
    assert rows(found, "value", "scope", "end") == [
        (90, "daily_average", date(2015, 12, 31)),
        (3e6, "daily_average", date(2018, 11, 20)),
        (2.5e8, "total", date(2018, 11, 20)),
    ]


def test_an_operation_that_itself_arrested_is_the_window() -> None:
    text = "各地警方在“夏季行动”共抓获电信网络诈骗嫌疑人2.3万名。"
    found = read_bulletin(text, issued="2023-10-20")
    assert rows(found, "indicator", "start") == [("suspects_arrested", date(2023, 6, 25))]
