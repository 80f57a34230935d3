import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry import chance
from kr_industry.data import load
from kr_industry.regions import abroad, chosen, closeup, cooperation, fate, front, gaps, overlap, reliability, shared
from kr_industry.regions.coding import LISTS, Record, code, ordered, pairs
from kr_industry.wording import Wording

languages = pytest.mark.parametrize("language", ["ko", "en"])
sources = pytest.mark.parametrize("source", ["keywords", "programmes", "both"])
listed_years = pytest.mark.parametrize("listed", LISTS)


def _record(listed=2021):
    tables = load("regions/terms"), load("regions/codebook")
    return Record(*tables, list(load("regions/regions")["id"]), load("regions/technologies"), listed)


@pytest.fixture
def record():
    return _record()


@pytest.fixture
def ko():
    return Wording("regions", "ko")


def _who(matrix, technology):
    return set(matrix.index[matrix[technology]])


def test_choices_by_keyword(record):
    matrix = record.matrix("keywords")
    assert matrix.to_numpy().sum() == 15
    assert _who(matrix, "aerospace") == {"incheon", "daejeon", "jeonnam", "gyeongnam"}
    assert _who(matrix, "advanced_biotechnology") == {"daegu", "gangwon", "jeju"}
    assert set(matrix.index[~matrix.any(axis=1)]) == {"busan", "sejong", "jeonbuk", "gyeongbuk"}
    assert set(matrix.columns[~matrix.any()]) == {
        "mobile_5g_6g", "advanced_robotics_manufacturing", "quantum", "cybersecurity",
    }  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_the_matrix_does_not_depend_on_the_order_of_rows(random):
    record = _record()
    shuffled = Record(
        record.terms.sample(frac=1, random_state=random.randrange(1000)),
        record.codebook.sample(frac=1, random_state=random.randrange(1000)),
        record.regions,
        record.technologies,
    )
    for source in ("keywords", "both"):
        assert shuffled.matrix(source).equals(record.matrix(source))


def test_the_explicit_rule_leaves_daegu_out(record):
    difference = record.matrix("keywords") & ~record.matrix("keywords", "explicit")
    assert [(r, t) for r in difference.index for t in difference.columns if difference.at[r, t]] == [
        ("daegu", "advanced_biotechnology")
    ]


def test_choices_by_programme(record):
    matrix = record.matrix("programmes")
    assert _who(matrix, "semiconductors_displays") == {"gwangju", "daejeon", "gyeonggi", "chungbuk", "jeonnam"}
    assert _who(matrix, "advanced_biotechnology") == {"gwangju", "gyeonggi", "gangwon", "jeonnam", "gyeongbuk"}
    assert (~matrix.any(axis=1)).sum() == 9


def test_the_list_of_2022_adds_mobility_and_nothing_else_changes():
    old, new = _record(2021), _record(2022)
    assert len(old.columns) == 10
    assert set(new.columns) - set(old.columns) == {"advanced_mobility", "next_generation_nuclear"}
    for source in ("keywords", "programmes"):
        for coding in ("explicit", "broad"):
            one, other = old.matrix(source, coding, weak=False), new.matrix(source, coding, weak=False)
            assert one.equals(other[one.columns])
    assert _who(new.matrix("keywords"), "advanced_mobility") == {"jeonbuk"}
    assert _who(new.matrix("programmes"), "advanced_mobility") == {"gwangju", "gyeonggi", "gangwon"}
    assert _who(new.matrix("programmes", "explicit"), "advanced_mobility") == {"gangwon"}
    assert not new.matrix("both")["next_generation_nuclear"].any()
    # the sea of the list of 2022 is a technology; a slogan and a marina are not
    assert not new.coded()["term"].str.contains("해양").any()


def test_weak_terms_can_be_left_out(record):
    weak = record.coded("broad")[lambda frame: frame["weak"]]
    assert {"인공지능 영재고", "항공우주청", "청정바이오"} <= set(weak["term"])
    assert not record.coded("broad", weak=False)["weak"].any()
    without = record.matrix("keywords") & ~record.matrix("keywords", weak=False)
    assert _who(without, "advanced_biotechnology") == {"jeju"}


def test_every_term_is_coded_for_both_lists_and_once():
    codebook, terms = load("regions/codebook"), load("regions/terms")
    for year in ("2021", "2022"):
        rows = codebook[codebook["list"].isin(["both", year])]
        assert set(rows["term"]) == set(terms["term"])
        known = set(load("regions/technologies").query(f"list == {year}")["id"]) | {"other"}
        assert set(rows["technology"]) <= known
        others = rows[rows["technology"] == "other"]["term"]
        assert others.is_unique
        assert not set(others) & set(rows[rows["technology"] != "other"]["term"])


@pytest.mark.parametrize(("changed", "message"), [({"coding": "loose"}, "expected one of explicit, broad"),
                                                  ({"listed": 2020}, "expected one of 2021, 2022")])  # fmt: skip
def test_what_is_not_a_rule_or_a_list_is_told(changed, message):
    with pytest.raises(ValueError, match=message):
        code(load("regions/terms"), load("regions/codebook"), **changed)


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=8), st.randoms())
def test_neither_order_nor_names_change_the_overlap(rows, random):
    matrix = pd.DataFrame(rows, index=[f"r{i}" for i in range(len(rows))], columns=list("abcd"))
    shuffled = matrix.sample(frac=1, random_state=random.randrange(1000)).sample(frac=1, axis=1, random_state=1)
    assert {frozenset(pair) for pair in pairs(shuffled)} == {frozenset(pair) for pair in pairs(matrix)}
    assert len(pairs(matrix)) == chance.observed(matrix)["overlapping_pairs"]
    again = ordered(matrix)
    assert again.loc[matrix.index, matrix.columns].equals(matrix)
    assert list(again.sum()) == sorted(matrix.sum(), reverse=True)


def _compared(record, source, permutations=2000):
    matrix = record.matrix(source)
    return overlap.against_chance(matrix, overlap.draws(matrix, permutations, 1))


def test_keywords_overlap_no_more_than_chance(record, ko):
    table = _compared(record, "keywords")
    assert table.at[("rows", "overlapping_pairs"), "observed"] == 6 + 3 + 4  # aerospace, biotechnology, four of two
    assert overlap.verdict(table) == "chance"
    told = overlap.finding(table, record, ko)
    assert "136쌍 가운데 13쌍" in told
    assert "우연보다 더 겹친다고 할 수 없다" in told


def test_programmes_crowd_around_popular_technologies_and_no_more(record, ko):
    table = _compared(record, "programmes")
    assert overlap.verdict(table) == "more"
    assert overlap.verdict(table, "named") == overlap.verdict(table, "margins") == "chance"
    told = overlap.finding(table, record, ko)
    assert "19쌍은 우연으로 보기에는 많다" in told
    assert told.endswith(overlap.named_sentence(table, ko))
    assert "대체로 4가지 기술이 어디에서도 나오지 않았기 때문이다" in told
    row = table.loc[("rows", "overlapping_pairs")]
    assert row["mean"] == pytest.approx(11.5, abs=0.3)
    assert (
        f"평균 {row['mean']:.1f}쌍이 겹치고, 무작위 표의 90% 이상이 {row['low']:.0f}~{row['high']:.0f}쌍에 든다" in told
    )
    assert f"19쌍 이상일 확률 {row['p_more']:.3f}" in told
    named = table.loc[("named", "overlapping_pairs")]
    assert named["mean"] == pytest.approx(16.9, abs=0.3)
    assert overlap.for_readers(table, ko)["무작위 평균"].tolist()[3] == round(named["mean"], 2)
    crowd, shared, margins, _ = overlap.more_sentences(table, record.matrix("programmes"), record, ko)
    assert "저마다 5곳이 든 첨단 바이오, 반도체·디스플레이이다" in crowd
    assert "5가지이고" in shared
    assert "기술마다 든 시도의 수까지" in margins


def test_fewer_overlaps_than_chance_are_told(record, ko):
    names = record.columns
    alone = pd.DataFrame([[names[i % 10] == name for name in names] for i in range(17)], record.regions, names)
    table = overlap.against_chance(alone, overlap.draws(alone, 2000, 1))
    assert overlap.verdict(table) == "less"
    assert "우연보다도 적다" in overlap.finding(table, record, ko)


def test_results_of_overlap_carry_their_band(record):
    found = {name: rest for name, *rest in overlap.results(_compared(record, "keywords"), record.matrix("keywords"))}
    assert found["overlapping_pairs"][0] == 13
    assert found["technologies_shared"][0] == 6
    assert found["largest_crowd"][0] == 4
    mean, _, low, high = found["overlapping_pairs_expected"]
    assert low < mean < high
    assert 0 < found["overlap_p_value"][0] <= 1


def test_gaps_that_survive_every_way_of_counting(record, ko):
    empty = gaps.multiverse(record)
    assert len(empty) == len(gaps.ways()) == 24
    always = {"mobile_5g_6g", "advanced_robotics_manufacturing", "quantum", "cybersecurity"}
    assert set(gaps.surviving(empty, 2021)) == always
    assert set(gaps.surviving(empty, 2022)) == {*always, "next_generation_nuclear"}
    codes = gaps.by_rules(empty)
    assert codes.loc["advanced_mobility"].tolist() == [gaps.UNLISTED] * 3 + [gaps.SOME, gaps.NAMED, gaps.NAMED]
    assert (codes.loc["quantum"] == gaps.EMPTY).all()
    told = gaps.finding(record.matrix("keywords"), _compared(record, "keywords"), empty, record, ko)
    assert "4가지(5G·6G, 첨단로봇·제조, 양자, 사이버보안)이다" in told
    assert "가장 넓은 집계(키워드와 시책, 하위 분야와 약한 근거까지)로도 이 4가지는 모두 빈다" in told
    chance = _compared(record, "keywords").loc[("rows", "uncovered")]
    assert chance["mean"] == pytest.approx(10 * 0.9**11 * 0.8**2, abs=0.1)  # eleven provinces named one, two named two
    assert f"평균 {chance['mean']:.1f}가지가 빈다(무작위 표의 90% 이상이 0~4가지" in told
    assert f"4가지 이상 빌 확률 {chance['p_more']:.3f})" in told
    assert gaps.described_sentence(empty, record, ko).endswith("거기에는 경남 첨단로봇·제조도 나온다.")
    filled = empty.copy()
    filled.loc[:] = False
    none = gaps.finding(record.matrix("keywords"), _compared(record, "keywords"), filled, record, ko)
    assert "비는 기술이 없다" in none


def test_overlap_beyond_chance_depends_on_the_source(record, ko, monkeypatch):
    monkeypatch.setattr(gaps, "DRAWS", 500)
    counted = gaps.chance(record, 3)
    told = gaps.chance_sentence(counted, ko)
    assert "2022년 1월 키워드 8개 가운데 0개, 2022년 7월 시책 4개 가운데 4개, 키워드와 시책 8개 가운데 8개" in told
    assert told.endswith("한 번이라도 나온 기술 가운데서만 무작위로 고르면 그런 표는 하나도 없다.")
    assert gaps.chance_sentence(counted.assign(p_named=0.01), ko).endswith("무작위로 고르면 20개이다.")
    assert len(gaps.for_readers(counted, ko)) == 24
    for (listed, source, coding, weak), row in counted.iterrows():
        matrix = _record(listed).matrix(source, coding, weak)
        assert row["cells"] == matrix.to_numpy().sum()
        assert row["pairs"] == len(pairs(matrix))
        assert row["uncovered"] == (~matrix.any()).sum()
        assert 0 < row["uncovered_mean"] < 5 < row["pairs_mean"]


def test_what_became_of_the_keywords(record, ko):
    codes = fate.fate(record.matrix("keywords"), record.matrix("programmes"))
    assert {name: count for name, count, _ in fate.results(codes)} == {
        "keywords_kept": 7, "keywords_dropped": 8, "programmes_added": 11,
    }  # fmt: skip
    assert "15개 가운데 7개가 7월 시책에도 나온다(광주, 대전, 경기, 강원, 충북, 전남, 경남)" in fate.finding(codes, ko)
    rows = fate.for_readers(codes, record, ko).set_index("시도")
    assert rows.loc["전남"].tolist() == [
        "우주·항공, 이차전지",
        "우주·항공",
        "이차전지",
        "바이오, 반도체·디스플레이, 수소",
    ]
    assert rows.loc["부산", "1월 키워드(원문)"] == "블록체인"
    note, outside = fate.more_sentences(record, "broad", ko)
    assert "키워드 21개 가운데 15개(71%)" in note
    assert "145개 가운데 23개(16%)" in note
    assert "전북 스마트 농축산 → 농생명" in outside
    # with the list of 2022 future vehicles are no longer outside
    assert "미래차" in set(fate.outside(record)["term"])
    assert "미래차" not in set(fate.outside(_record(2022))["term"])
    nothing = record.matrix("keywords") & False
    assert "나오는 것은 없다" in fate.finding(fate.fate(record.matrix("keywords"), nothing), ko)


def _ties(record, source, say):
    tables = (load(f"regions/{name}") for name in ("neighbours", "links", "complements"))
    return cooperation.ties(record.matrix(source), *tables, record, say)


def test_ties_in_three_tiers(record, ko):
    found = _ties(record, "both", ko)
    adjacent = {tuple(pair) for pair in load("regions/neighbours").itertuples(index=False, name=None)}
    matrix = record.matrix("both")
    for row in found[found["tier"] != cooperation.STATED].itertuples():
        assert (row.first, row.second) in adjacent
        shared = matrix.loc[row.first] & matrix.loc[row.second]
        assert shared.any() or row.tier == cooperation.COMPLEMENTARY
    same = found[found["tier"] == cooperation.SAME].set_index(["first", "second"])["what"]
    assert same["gwangju", "jeonnam"] == "첨단 바이오, 반도체·디스플레이, 이차전지"
    assert ("gwangju", "jeonbuk") not in same.index
    extra = found[found["tier"] == cooperation.COMPLEMENTARY]
    assert "인공지능과 첨단 바이오" in set(extra["what"])
    disputed = found[found["disputed"]]
    assert set(disputed["what"]) == {"부울경 메가시티"}
    counts = {name: count for name, count, _ in cooperation.results(found, "national")}
    assert counts["ties_stated"] == 14
    assert {name: count for name, count, _ in cooperation.results(found, "busan")}["ties_stated"] == 2
    own = cooperation.of_region(found, "ulsan")
    assert set(own["first"]) | set(own["second"]) == {"busan", "ulsan", "gangwon", "gyeongbuk", "gyeongnam"}
    assert "울산과 이어진 시도는 자료에 나온 협력으로 4곳" in cooperation.finding(found, "ulsan", ko)
    assert list(cooperation.exhibits(found, load("regions/regions").set_index("id"), "jeju", ko)) == []
    assert "제주와 이어진 시도가 없고" in cooperation.notes(found, "jeju", ko)[0]
    assert "첫 목록" in cooperation.notes(found, "ulsan", ko)[0]
    assert len(cooperation.evidence_for_readers(load("regions/links"), load("regions/complements"), record, ko)) == 8


def test_neighbours_complement_each_other_only_with_what_the_other_lacks(record, ko):
    """Gwangju and Jeonnam are neighbours, Gwangju and Busan are not."""
    ai, bio = "artificial_intelligence", "advanced_biotechnology"
    tables = [load(f"regions/{name}") for name in ("neighbours", "links", "complements")]

    def joined(**chosen):
        matrix = record.matrix("both") & False
        for region, technologies in chosen.items():
            matrix.loc[region, technologies] = True
        found = cooperation.ties(matrix, *tables, record, ko)
        return found.loc[found["tier"] == cooperation.COMPLEMENTARY, ["first", "second"]].values.tolist()

    assert joined(gwangju=[ai], jeonnam=[bio]) == [["gwangju", "jeonnam"]]
    assert joined(gwangju=[bio], jeonnam=[ai]) == [["gwangju", "jeonnam"]]
    assert joined(gwangju=[ai], busan=[bio]) == []
    assert joined(gwangju=[ai, bio], jeonnam=[bio]) == []
    assert joined(gwangju=[ai], jeonnam=[ai, bio]) == []
    assert joined(gwangju=[ai], jeonnam=["quantum"]) == []


def test_links_and_complements_rest_on_terms():
    terms, coded = load("regions/terms").set_index("id"), load("regions/codebook")
    for row in load("regions/links").itertuples():
        assert row.source == terms.at[row.term, "source"]
        if row.technology:
            named = coded.loc[coded["term"] == terms.at[row.term, "term"], "technology"]
            assert row.technology in set(named)
    technologies = load("regions/technologies")
    for row in load("regions/complements").itertuples():
        assert terms.at[row.term, "region"] == row.region
        named = set(coded.loc[coded["term"] == terms.at[row.term, "term"], "technology"])
        assert named & {row.first, row.second}
        years = LISTS if row.list == "both" else (int(row.list),)
        for year in years:
            assert {row.first, row.second} <= set(technologies.loc[technologies["list"] == year, "id"])


@languages
@sources
@listed_years
def test_every_province_has_its_sentences(source, language, listed):
    record, say = _record(listed), Wording("regions", language)
    matrix, neighbours = record.matrix(source), load("regions/neighbours")
    found = _ties(record, source, say)
    for region in matrix.index:
        told = closeup.sentences(matrix, neighbours, region, source, record, say)
        assert len(told) == 1 + matrix.loc[region].any()
        for sentence in told:
            assert sentence.strip().endswith(".")
        assert cooperation.finding(found, region, say)
        for _, words, _, numbers in closeup.exhibits(matrix, region, source, record, say):
            assert words
            assert len(numbers) == matrix.loc[region].sum() > 1
    assert chosen.coverage_sentence(matrix, record, source, say)
    assert chosen.title("gwangju", record, say)
    assert chosen.subject("national", record, source, say)


def test_one_province_close_up(record, ko):
    matrix, neighbours = record.matrix("both"), load("regions/neighbours")
    assert closeup.alone(record.matrix("keywords"), "gwangju") == []
    told, near = closeup.sentences(matrix, neighbours, "ulsan", "both", record, ko)
    assert (
        "이웃한 시도(전남) 가운데 광주와 같은 기술을 든 곳은 전남이다."
        in closeup.sentences(matrix, neighbours, "gwangju", "both", record, ko)[1]
    )
    assert "울산은 10대 전략기술 가운데 1가지(수소)를 들었다" in told
    assert "같은 기술을 든 곳은 없고, 울산만 든 기술도 없다" in near
    assert "부산 자료(키워드와 시책)에는 10대 전략기술이 나오지 않는다" in closeup.finding(
        matrix, "busan", "both", record, ko
    )
    found = {name: count for name, count, _ in closeup.results(matrix, "gwangju")}
    assert found == {"region_technologies": 4, "region_shared_with": 10, "region_alone": 0}
    lonely = matrix & False
    lonely.at["jeju", "quantum"] = True
    jeju = closeup.neighbour_sentence(matrix, neighbours, "jeju", "both", record, ko)
    assert jeju == "제주는 육지로 이웃한 시도가 없고, 제주만 든 기술도 없다."
    assert "키워드와 시책에서 제주만 든 기술은 양자이다" in closeup.neighbour_sentence(
        lonely, neighbours, "jeju", "both", record, ko
    )
    assert "같은 기술을 든 다른 시도는 없다" in closeup.finding(lonely, "jeju", "both", record, ko)


def test_everybody_naming_something_is_told(record, ko):
    everything = record.matrix("keywords") | True
    assert "17개 시도가 모두 10대 전략기술을" in chosen.coverage_sentence(everything, record, "both", ko)
    assert "13곳이 10대 전략기술을 하나 이상 들었고, 이들이 든 기술은 모두 6가지" in chosen.coverage_sentence(
        record.matrix("keywords"), record, "keywords", ko
    )


def test_terms_of_a_province_carry_their_reason_and_whether_they_count(record, ko):
    row = closeup.terms_for_readers(record, "jeju", "both", "broad", ko).set_index("용어(원문)").loc["청정바이오"]
    assert row["분류"] == "첨단 바이오"
    assert row["집계 포함"] == "예(약함)"
    assert "건강·뷰티" in row["분류 근거"]
    # Jeonbuk's bio projects stand in the bio digest only, which is not counted
    jeonbuk = closeup.terms_for_readers(record, "jeonbuk", "both", "broad", ko)
    assert "첨단 바이오" in set(jeonbuk["분류"])
    assert set(jeonbuk["집계 포함"]) == {"–"}
    with_mobility = closeup.terms_for_readers(_record(2022), "jeonbuk", "both", "broad", ko).set_index("용어(원문)")
    assert with_mobility.loc["미래차", "분류"] == "첨단 모빌리티"
    assert with_mobility.loc["미래차", "집계 포함"] == "예"


def test_places_abroad_are_compared_only_where_they_can_be(ko):
    rows = abroad.joined(load("regions/comparisons"), load("regions/benchmarks"))
    assert rows["value"].notna().all()
    told = abroad.finding(rows, ko)
    assert "지표 5가지 가운데 나란히 놓을 수 있는 것은 2가지" in told
    for group, own in abroad.alike(rows):
        assert own["unit"].nunique() == 1, group
        assert own["source"].nunique() == 1, group
        assert (own["qualifier"] == "exact").all(), group
    first, second = (words for _, words, _, _ in abroad.exhibits(rows, ko))
    assert "바덴뷔르템베르크 4.8%, 독일 2.8%, 유럽연합 2.1%" in first
    assert "시마즈제작소 8%, 일본 전기기계업종 평균 5%, 일본 전체 기업 평균 3%" in second


def test_agreement_of_rules_and_of_sources(record, ko):
    table = reliability.agreements(record, "keywords", "broad")
    assert table.loc["coding", ["both", "first_only", "second_only", "neither"]].tolist() == [14, 0, 1, 155]
    assert table.loc["sources", ["both", "first_only", "second_only", "neither"]].tolist() == [7, 8, 11, 144]
    found = {name: value for name, value, _ in reliability.results(table)}
    assert found["agreement_alpha_coding"] == pytest.approx(0.962, abs=0.001)
    assert found["agreement_alpha_sources"] == pytest.approx(0.364, abs=0.001)
    rules, kinds, note = reliability.sentences(table, ko)
    assert "14개를 똑같이 나온 것으로 보고 1개에서 갈린다" in rules
    assert "7개를 함께 들고, 8개는 1월에만, 11개는 7월에만" in kinds
    assert "170개 가운데 155개" in note
    rows = reliability.disagreements(record, "keywords", "broad", ko)
    assert len(rows) == 1 + 19
    assert (rows["용어(원문)"] != "").all()
    assert rows.iloc[0].tolist()[1:] == ["대구", "첨단 바이오", "확장", "의료 헬스케어"]
    assert set(rows["한쪽만 인정"]) == {"확장", "1월 키워드", "7월 시책"}
    undefined = table.copy()
    undefined["alpha"] = float("nan")
    assert "정할 수 없다" in "".join(reliability.sentences(undefined, ko))
    assert list(reliability.results(undefined)) == []


def test_no_column_is_lost_where_two_have_one_name(record):
    """A table made of a dictionary keeps the last of two columns of one name."""
    table, empty = _compared(record, "both", 200), gaps.multiverse(record)
    agreed = reliability.agreements(record, "both", "broad")
    rows = abroad.joined(load("regions/comparisons"), load("regions/benchmarks"))
    codes = fate.fate(record.matrix("keywords"), record.matrix("programmes"))
    shapes = []
    for language in ("ko", "en"):
        say = Wording("regions", language)
        shown = [
            overlap.for_readers(table, say),
            overlap.crowds_for_readers(record.matrix("both"), record, say),
            fate.for_readers(codes, record, say),
            cooperation.for_readers(_ties(record, "both", say), say),
            closeup.terms_for_readers(record, "national", "both", "broad", say),
            closeup.city_plans_for_readers(load("regions/city_plans"), "gwangju", say),
            abroad.for_readers(rows, say),
            reliability.for_readers(agreed, say),
            reliability.disagreements(record, "both", "broad", say),
        ]
        shapes.append([frame.shape for frame in shown])
    assert shapes[0] == shapes[1]
    assert [columns for _, columns in shapes[0]] == [7, 3, 5, 3, 6, 4, 7, 9, 5]
    assert empty.shape == (24, 12)


def _national_figures(record, source, say):
    codes = fate.fate(record.matrix("keywords"), record.matrix("programmes"))
    return front.national_figures(record.matrix(source), _compared(record, source), codes, record, say)


def test_key_figures_of_the_country(record, ko):
    named, shared, unnamed, kept = _national_figures(record, "keywords", ko)
    assert named == ("13곳", "17개 시도 가운데 10대 전략기술을 든 곳", "")
    assert shared[:2] == ("13쌍", "시도 136쌍 가운데 같은 기술을 함께 든 쌍")
    assert shared[2].startswith("무작위라면 평균 10.")
    assert unnamed[::2] == ("4가지", "5G·6G, 첨단로봇·제조, 양자, 사이버보안")
    assert kept == ("7개", "1월 시도·기술 조합 15개 가운데 7월에도 나온 것", "")
    assert "나온 기술 가운데서만 고르면 41." in _national_figures(record, "both", ko)[1][2]


def test_key_figures_of_the_country_in_english(record):
    values = [value for value, _, _ in _national_figures(record, "programmes", Wording("regions", "en"))]
    assert values == ["8 of 17", "19 of 136", "4", "7 of 15"]


@pytest.mark.parametrize(
    ("region", "values"),
    [
        ("gwangju", ["4가지", "10곳", "1곳", "1곳"]),
        ("ulsan", ["1가지", "2곳", "0곳", "4곳"]),
        ("seoul", ["1가지", "2곳", "0곳", "0곳"]),
        ("busan", ["0가지", "2곳"]),
        ("jeonbuk", ["0가지", "0곳"]),
    ],
)
def test_key_figures_of_a_province(record, ko, region, values):
    figures = front.province_figures(record.matrix("both"), _ties(record, "both", ko), region, record, ko)
    assert [value for value, _, _ in figures] == values


def test_what_a_province_lacks_and_what_is_disputed_is_noted(record, ko):
    own, partners = front.province_figures(record.matrix("both"), _ties(record, "both", ko), "busan", record, ko)
    assert own[2] == "그 산업이나 사업이 없다는 뜻은 아님"
    assert partners[2] == "울산, 경남(한쪽이 재검토)"
    ulsan = front.province_figures(record.matrix("both"), _ties(record, "both", ko), "ulsan", record, ko)
    assert ulsan[-1][2] == "경북, 강원, 부산, 경남(부산, 경남은 한쪽이 재검토)"


def test_partners_are_named_with_what_is_disputed_and_what_is_a_hypothesis(record, ko):
    found = _ties(record, "both", ko)
    assert cooperation.partners_sentence(found, "ulsan", ko) == (
        "자료에 울산과 협력한다고 나온 시도는 4곳(경북, 강원, 부산, 경남)이다. 한쪽이나 제삼자만 적은 것도 셌다. "
        "부산, 경남과의 협력은 한쪽이 재검토하고 있다."
    )
    assert cooperation.partners_sentence(found, "seoul", ko) == (
        "자료에 서울과 협력한다고 나온 시도는 없다. "
        "서로 보완되는 기술을 든 이웃은 경기이다. 이것은 자료에 없는 가설이다."
    )
    assert cooperation.partners_sentence(found, "jeju", ko) == cooperation.finding(found, "jeju", ko)


@pytest.mark.parametrize(
    ("source", "words"),
    [("keywords", "우연보다 더 겹친다고 할 수 없다"), ("programmes", "와는 다르다고 할 수 없다")],
)
def test_the_country_in_a_sentence(record, ko, source, words):
    told = overlap.country_sentence(_compared(record, source), record, ko)
    assert told.startswith("전국에서는 시도 136쌍 가운데")
    assert words in told


def test_the_country_in_a_sentence_with_more_or_less_overlap(record, ko):
    names = record.columns
    alone = pd.DataFrame([[names[i % 10] == name for name in names] for i in range(17)], record.regions, names)
    table = overlap.against_chance(alone, overlap.draws(alone, 2000, 1))
    assert "보다 적다" in overlap.country_sentence(table, record, ko)
    crowd = pd.DataFrame([[i % 10 == 0 or j == i % 10 for j in range(10)] for i in range(17)], record.regions, names)
    crowd.iloc[:, 0] = True
    table = overlap.against_chance(crowd, overlap.draws(crowd, 2000, 1))
    assert overlap.verdict(table, "named") == "more"
    assert "보다도 많다" in overlap.country_sentence(table, record, ko)


@listed_years
@languages
def test_every_province_has_key_figures(listed, language):
    record, say = _record(listed), Wording("regions", language)
    matrix, found = record.matrix("both"), _ties(record, "both", say)
    for region in matrix.index:
        figures = front.province_figures(matrix, found, region, record, say)
        assert len(figures) == (4 if matrix.loc[region].any() else 2)
        assert all(value and label for value, label, _ in figures)
        assert cooperation.partners_sentence(found, region, say).endswith(".")


def test_a_front_page_says_its_title_its_subject_and_its_data(record, ko):
    told = chosen.front("gwangju", record, "both", ko)
    assert told["title"] == "광주의 혁신산업과 10대 전략기술"
    assert told["subject"] == chosen.subject("gwangju", record, "both", ko)
    assert told["vintage"] == ko("vintage")


def test_what_is_drawn_is_kept_and_a_copy_handed_out(record):
    matrix = record.matrix("both")
    shared.draws("both", "broad", 2021, 500, 7)
    before = overlap._drawn.cache_info()
    drawn = overlap.draws(matrix, 500, 7)
    after = overlap._drawn.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 3)
    assert drawn["margins"].equals(chance.null_statistics(matrix, "margins", 500, 7))
    drawn["margins"].iloc[:] = 0
    assert overlap.draws(matrix, 500, 7)["margins"].equals(chance.null_statistics(matrix, "margins", 500, 7))
