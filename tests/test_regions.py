from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry import chance, regions
from kr_industry.data import load
from kr_industry.regions import LISTS, Record, named, ordered, pairs

GAPS = {"mobile_5g_6g", "advanced_robotics_manufacturing", "quantum", "cybersecurity"}
TIES = ("neighbours", "links", "complements")


def _record(listed=2021):
    tables = load("regions/terms"), load("regions/codebook")
    return Record(*tables, list(load("regions/regions")["id"]), load("regions/technologies"), listed)


@pytest.fixture
def record():
    return _record()


def _who(matrix, technology):
    return set(matrix.index[matrix[technology]])


def test_the_keywords_of_january(record):
    matrix = record.matrix("keywords")
    assert (matrix.index.name, matrix.columns.name, matrix.shape) == ("region", "technology", (17, 10))
    assert matrix.to_numpy().sum() == 15
    assert _who(matrix, "aerospace") == {"incheon", "daejeon", "jeonnam", "gyeongnam"}
    assert _who(matrix, "advanced_biotechnology") == {"daegu", "gangwon", "jeju"}
    assert set(matrix.index[~matrix.any(axis=1)]) == {"busan", "sejong", "jeonbuk", "gyeongbuk"}
    assert set(matrix.columns[~matrix.any()]) == GAPS


def test_the_programmes_of_july(record):
    matrix = record.matrix("programmes")
    assert _who(matrix, "semiconductors_displays") == {"gwangju", "daejeon", "gyeonggi", "chungbuk", "jeonnam"}
    assert _who(matrix, "advanced_biotechnology") == {"gwangju", "gyeonggi", "gangwon", "jeonnam", "gyeongbuk"}
    assert (~matrix.any(axis=1)).sum() == 9


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
    differing = record.matrix("keywords") & ~record.matrix("keywords", "explicit")
    assert named(differing)[lambda lists: lists.str.len() > 0].to_dict() == {"daegu": ["advanced_biotechnology"]}


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
    assert old.read_with(2022).matrix("both").equals(new.matrix("both"))


def test_weak_terms_can_be_left_out(record):
    weak = record.coded("broad")[lambda frame: frame["weak"]]
    assert {"인공지능 영재고", "항공우주청", "청정바이오"} <= set(weak["term"])
    assert not record.coded("broad", weak=False)["weak"].any()
    without = record.matrix("keywords") & ~record.matrix("keywords", weak=False)
    assert _who(without, "advanced_biotechnology") == {"jeju"}


def test_what_is_coded_can_be_changed_by_its_reader(record):
    coded = record.coded()
    coded.loc[:, "technology"] = "quantum"
    assert not record.matrix("both")["quantum"].any()


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


def test_what_is_not_a_rule_or_a_list_is_named(record):
    with pytest.raises(ValueError, match="expected one of explicit, broad"):
        record.coded("loose")
    with pytest.raises(ValueError, match="expected one of 2021, 2022"):
        record.read_with(2020).coded()


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=8), st.randoms())
def test_neither_order_nor_names_change_the_overlap(rows, random):
    matrix = pd.DataFrame(rows, index=[f"r{i}" for i in range(len(rows))], columns=list("abcd"))
    shuffled = matrix.sample(frac=1, random_state=random.randrange(1000)).sample(frac=1, axis=1, random_state=1)
    assert {frozenset(pair) for pair in pairs(shuffled)} == {frozenset(pair) for pair in pairs(matrix)}
    assert len(pairs(matrix)) == chance.observed(matrix)["overlapping_pairs"]
    again = ordered(matrix)
    assert again.loc[matrix.index, matrix.columns].equals(matrix)
    assert list(again.sum()) == sorted(matrix.sum(), reverse=True)


def test_names_stand_for_what_is_true_in_a_row(record):
    matrix = record.matrix("both")
    assert named(matrix)["jeonnam"] == [
        "advanced_biotechnology", "semiconductors_displays", "secondary_batteries", "hydrogen", "aerospace",
    ]  # fmt: skip
    assert named(matrix)["busan"] == named(matrix.T)["quantum"] == []
    assert named(matrix).str.len().equals(matrix.sum(axis=1))


def _against(matrix):
    return chance.against(matrix, chance.draws(matrix, 2000, 1))


def test_keywords_overlap_no_more_than_chance_and_programmes_only_over_the_whole_list(record):
    keywords, programmes = _against(record.matrix("keywords")), _against(record.matrix("programmes"))
    assert keywords.at[("rows", "overlapping_pairs"), "observed"] == 6 + 3 + 4  # aerospace, bio, four of two
    assert keywords.at[("rows", "overlapping_pairs"), "p_more"] > 0.05
    overlap = programmes.xs("overlapping_pairs", level="statistic")
    assert set(overlap["observed"]) == {19}
    assert overlap["mean"].to_dict() == pytest.approx({"rows": 11.5, "margins": 19, "named": 16.9}, abs=0.5)
    assert overlap.at["rows", "p_more"] < 0.05 < overlap.loc[["named", "margins"], "p_more"].min()


def test_chance_leaves_technologies_out_too(record):
    row = _against(record.matrix("keywords")).loc[("rows", "uncovered")]
    assert row["observed"] == 4
    assert row["mean"] == pytest.approx(10 * 0.9**11 * 0.8**2, abs=0.1)  # eleven provinces have one, two have two


def test_every_way_of_counting():
    record = _record()
    ways = regions.ways(record, 500, 3)
    assert ways.index.names == ["listed", "strategy_source", "coding", "weak"]
    assert len(ways) == 24
    for (listed, source, coding, weak), row in ways.iterrows():
        matrix = _record(listed).matrix(source, coding, weak)
        assert row["cells"] == matrix.to_numpy().sum()
        assert row["overlaps"] == len(pairs(matrix))
        assert row["uncovered"] == (~matrix.any()).sum()
        assert 0 < row["uncovered_mean"] < 5 < row["overlaps_mean"]
    more = ways.drop_duplicates("table").groupby("strategy_source")["p_rows"].agg(["size", lambda p: (p <= 0.05).sum()])
    assert more.T.to_numpy().T.tolist() == [[8, 8], [8, 0], [4, 4]]  # both, keywords, programmes
    assert ways["p_named"].min() > 0.05
    assert (ways["table"].unstack("weak").nunique(axis=1) > 1).sum() == 8


def test_ways_beside_the_matrix_itself_are_of_one_run(record):
    row = regions.ways(record, 500, 3).loc[(2021, "both", "broad", True)]
    matrix = record.matrix("both")
    against = chance.against(matrix, chance.draws(matrix, 500, 3))
    assert row["overlaps_mean"] == against.at[("rows", "overlapping_pairs"), "mean"]
    assert row["p_named"] == against.at[("named", "overlapping_pairs"), "p_more"]


def test_gaps_that_survive_every_way_of_counting(record):
    assert set(record.matrix("both").columns[~record.matrix("both").any()]) == GAPS
    other = _record(2022).matrix("both")
    assert set(other.columns[~other.any()]) == {*GAPS, "next_generation_nuclear"}
    for source, coding, weak in [("keywords", "explicit", False), ("programmes", "broad", True)]:
        assert set(record.columns) - set(record.coded(coding, weak)["technology"]) <= GAPS
        assert not record.matrix(source, coding, weak)[list(GAPS)].any(axis=None)
    # descriptions are not counted; one of them names what keywords and programmes do not
    described = record.coded().query("kind == 'description'")
    assert described[described["technology"].isin(GAPS)][["region", "term"]].to_numpy().tolist() == [
        ["gyeongnam", "스마트 제조"]
    ]


def test_keywords_outside_the_list_and_their_themes_in_july(record):
    outside = regions.outside(record).set_index("term")
    assert outside.loc["스마트 농축산", "again"] == ["농생명"]
    assert outside["again"].str.len().sum() == 1
    # with the list of 2022 future vehicles are no longer outside
    assert "미래차" in outside.index
    assert "미래차" not in set(regions.outside(_record(2022))["term"])


def _ties(record, source):
    return regions.ties(record, record.matrix(source), *(load(f"regions/{name}") for name in TIES))


def test_ties_in_three_tiers(record):
    ties, matrix = _ties(record, "both"), record.matrix("both")
    adjacent = {tuple(pair) for pair in load("regions/neighbours").itertuples(index=False, name=None)}
    for row in ties[ties["tier"] != "stated"].itertuples():
        assert (row.first, row.second) in adjacent
        shared = matrix.loc[row.first] & matrix.loc[row.second]
        assert shared.any() or row.tier == "complementary"
    same = ties[ties["tier"] == "same"].set_index(["first", "second"])["tied_technologies"]
    assert same["gwangju", "jeonnam"] == ["advanced_biotechnology", "semiconductors_displays", "secondary_batteries"]
    assert ("gwangju", "jeonbuk") not in same.index
    extra = ties[ties["tier"] == "complementary"]["tied_technologies"].tolist()
    assert ["artificial_intelligence", "advanced_biotechnology"] in extra
    assert set(ties[ties["disputed"]]["cooperation_ko"]) == {"부울경 메가시티"}
    assert set(ties[ties["theme"] == "airport"]["cooperation_en"]) == {"Joint airport of Daegu and Gyeongbuk"}
    assert list(ties["tier"].unique()) == list(regions.TIERS)
    counts = ties.drop_duplicates(["tier", "first", "second"])["tier"].value_counts()
    assert counts.to_dict() == {"stated": 14, "same": 10, "complementary": 4}


def test_ties_of_one_province(record):
    ties = _ties(record, "both")
    assert regions.ties_of(ties, "national").equals(ties)
    ulsan = regions.ties_of(ties, "ulsan")
    assert set(ulsan["partner"]) == {"busan", "gangwon", "gyeongbuk", "gyeongnam"}
    review = ulsan[ulsan["tier"] == "stated"].groupby("partner")["disputed"].all()
    assert set(review.index[review]) == {"busan", "gyeongnam"}
    assert regions.ties_of(ties, "jeju").empty
    seoul = regions.ties_of(ties, "seoul")
    assert seoul[["tier", "partner"]].to_numpy().tolist() == [["complementary", "gyeonggi"]]


@pytest.mark.parametrize(
    ("gwangju", "other", "there", "expected"),
    [
        ("artificial_intelligence", "jeonnam", ["advanced_biotechnology"], 1),
        ("advanced_biotechnology", "jeonnam", ["artificial_intelligence"], 1),
        ("artificial_intelligence", "busan", ["advanced_biotechnology"], 0),  # no neighbour
        ("artificial_intelligence", "jeonnam", ["artificial_intelligence", "advanced_biotechnology"], 0),
        ("artificial_intelligence", "jeonnam", ["quantum"], 0),
    ],
)
def test_neighbours_complement_each_other_only_with_what_the_other_lacks(record, gwangju, other, there, expected):
    matrix = record.matrix("both") & False
    matrix.loc["gwangju", gwangju] = True
    matrix.loc[other, there] = True
    ties = regions.ties(record, matrix, *(load(f"regions/{name}") for name in TIES))
    assert (ties["tier"] == "complementary").sum() == expected


def test_links_and_complements_rest_on_terms():
    terms, coded = load("regions/terms").set_index("id"), load("regions/codebook")
    for row in load("regions/links").itertuples():
        assert row.source == terms.at[row.term, "source"]
        if row.technology:
            names = coded.loc[coded["term"] == terms.at[row.term, "term"], "technology"]
            assert row.technology in set(names)
    technologies = load("regions/technologies")
    for row in load("regions/complements").itertuples():
        assert terms.at[row.term, "region"] == row.region
        names = set(coded.loc[coded["term"] == terms.at[row.term, "term"], "technology"])
        assert names & {row.first, row.second}
        years = LISTS if row.list == "both" else (int(row.list),)
        for year in LISTS:  # a pair is used with the lists that hold both, which are those of its row
            both = {row.first, row.second} <= set(technologies.loc[technologies["list"] == year, "id"])
            assert both == (year in years)


@pytest.mark.parametrize(
    ("region", "counts"),
    [
        ("gwangju", (4, 10, 0, 1)),
        ("ulsan", (1, 2, 0, 0)),
        ("seoul", (1, 2, 0, 0)),
        ("busan", (0, 0, 0, 0)),
        ("jeju", (1, 6, 0, 0)),
    ],
)
def test_one_province_beside_the_others(record, region, counts):
    own = regions.province(record.matrix("both"), load("regions/neighbours"), region)
    assert tuple(map(len, (own.technologies, own.sharing, own.alone, own.near))) == counts
    assert len(own.neighbours) == (load("regions/neighbours")["region"] == region).sum()


def test_what_one_province_alone_has(record):
    matrix = record.matrix("both") & False
    matrix.loc[["jeju", "seoul"], "hydrogen"] = True
    matrix.loc["jeju", "quantum"] = True
    jeju = regions.province(matrix, load("regions/neighbours"), "jeju")
    assert (list(jeju.technologies), list(jeju.alone)) == (["hydrogen", "quantum"], ["quantum"])
    assert (list(jeju.sharing), list(jeju.neighbours)) == (["seoul"], [])


def test_places_abroad_are_compared_only_where_they_can_be():
    rows = load("regions/comparisons").merge(load("regions/benchmarks"), left_on="figure", right_on="id")
    assert len(rows) == len(load("regions/comparisons"))
    assert rows["value"].notna().all()
    alike = rows[rows["comparable"]].groupby("group")
    assert len(alike) == 2
    assert (alike["unit"].nunique() == 1).all()
    assert (alike["source"].nunique() == 1).all()
    assert set(rows.loc[rows["comparable"], "qualifier"]) == {"exact"}


def test_agreement_of_rules_and_of_sources(record):
    explicit, broad = record.matrix("keywords", "explicit"), record.matrix("keywords")
    table, differing = regions.agreements(
        {"coding": (explicit, broad), "sources": (broad, record.matrix("programmes"))}
    )
    counts = table[["both", "first_only", "second_only", "neither"]].to_numpy().tolist()
    assert counts == [[14, 0, 1, 155], [7, 8, 11, 144]]
    assert table["alpha"].to_dict() == pytest.approx({"coding": 0.962, "sources": 0.364}, abs=0.001)
    assert len(differing) == 1 + 19
    assert differing.iloc[0].tolist() == ["coding", "daegu", "advanced_biotechnology", "second"]
    nothing = broad & False
    undefined, none = regions.agreements({"sources": (nothing, nothing)})
    assert undefined["alpha"].isna().all()
    assert list(none.columns) == list(differing.columns)
    assert none.empty


def test_what_all_provinces_share_is_computed_once(record):
    regions.prepare("both", "broad", 2021, 500, 7)
    before = chance._drawn.cache_info()
    chance.draws(record.matrix("both"), 500, 7)
    regions.ways(record, 500, 7)
    after = chance._drawn.cache_info()
    # the tables are drawn already, and ways of counting are not even looked up again
    assert (after.misses, after.hits) == (before.misses, before.hits + 3)


def test_all_pairs_of_provinces_are_looked_at(record):
    everywhere = record.matrix("both") | True
    assert len(pairs(everywhere)) == len(list(combinations(record.regions, 2))) == 136
