from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry import chance, cooperation, regions
from kr_industry.data import Tables, load
from kr_industry.regions import named, pairs

GAPS = {"mobile_5g_6g", "quantum", "cybersecurity"}
MANUFACTURING = "advanced_robotics_manufacturing"
"""Only a description names it."""
TIES = ("neighbours", "links", "complements")


def _record(listed="ten"):
    return regions.record(Tables("regions"), listed)


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
    assert set(matrix.columns[~matrix.any()]) == {*GAPS, MANUFACTURING}


def test_the_programmes_of_july(record):
    matrix = record.matrix("programmes")
    assert _who(matrix, "semiconductors_displays") == {"gwangju", "daejeon", "gyeonggi", "chungbuk", "jeonnam"}
    bio = {"gwangju", "gyeonggi", "gangwon", "jeonnam", "gyeongbuk"}
    assert _who(matrix, "advanced_biotechnology") == {*bio, "jeonbuk"}
    assert _who(record.matrix("programmes", weak=False), "advanced_biotechnology") == bio
    assert (~matrix.any(axis=1)).sum() == 8


def test_descriptions_are_a_source_of_their_own(record):
    matrix = record.matrix("descriptions")
    assert _who(matrix, MANUFACTURING) == {"gyeongnam"}
    together = record.matrix("both") | matrix
    assert record.matrix("all").equals(together)
    projects = record.terms[record.terms["kind"] == "project"]
    assert len(projects)
    assert not any("project" in kinds for kinds in record.sources.values())


@pytest.mark.parametrize(
    ("term", "listed", "technology", "rule", "weak"),
    [
        ("항공", "ten", "aerospace", "explicit", True),  # of an airport economy, by its description
        ("차세대배터리 사업", "ten", "secondary_batteries", "explicit", False),  # another name, not a sub-field
        ("농생명", "ten", "advanced_biotechnology", "broad", True),
        ("스마트 제조", "ten", MANUFACTURING, "broad", False),
        ("도심 항공교통(UAM)", "ten", "aerospace", "broad", True),
        ("도심 항공교통(UAM)", "twelve", "advanced_mobility", "broad", True),
        ("공항경제권", "ten", "other", "none", False),
    ],
)
def test_doubtful_terms_are_settled_by_what_they_mean(term, listed, technology, rule, weak):
    rows = _record(listed).classified.query("term == @term")
    assert set(zip(rows["technology"], rows["rule"], rows["weak"], strict=True)) == {(technology, rule, weak)}


@given(st.randoms(use_true_random=False))
def test_the_matrix_does_not_depend_on_the_order_of_rows(random):
    record = _record()
    terms, codebook = (
        frame.sample(frac=1, random_state=random.randrange(1000)) for frame in (record.terms, record.codebook)
    )
    shuffled = replace(record, terms=terms, codebook=codebook)
    for source in ("keywords", "both"):
        assert shuffled.matrix(source).equals(record.matrix(source))


def test_the_explicit_rule_leaves_daegu_out(record):
    differing = record.matrix("keywords") & ~record.matrix("keywords", "explicit")
    assert named(differing)[lambda lists: lists.str.len() > 0].to_dict() == {"daegu": ["advanced_biotechnology"]}


def test_the_list_of_twelve_adds_mobility_and_nothing_else_changes():
    old, new = _record(), _record("twelve")
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
    # the sea of the list of twelve is a technology; a slogan and a marina are not
    assert not new.coded()["term"].str.contains("해양").any()
    assert old.read_with("twelve").matrix("both").equals(new.matrix("both"))


def test_weak_terms_can_be_left_out(record):
    weak = record.coded("broad")[lambda frame: frame["weak"]]
    assert {"인공지능 영재고", "항공우주청", "청정바이오", "농생명"} <= set(weak["term"])
    assert not record.coded("broad", weak=False)["weak"].any()
    without = record.matrix("keywords") & ~record.matrix("keywords", weak=False)
    assert named(without)[lambda lists: lists.str.len() > 0].to_dict() == {
        "incheon": ["aerospace"],
        "jeju": ["advanced_biotechnology"],
    }


def test_what_is_coded_can_be_changed_by_its_reader(record):
    coded = record.coded()
    coded.loc[:, "technology"] = "quantum"
    assert not record.matrix("both")["quantum"].any()


def test_every_term_is_coded_for_every_list_and_once(record):
    codebook, technologies = record.codebook, record.technologies
    assert set(codebook["list"]) <= {"all", *load("regions/lists")["id"]}
    assert record.lists == load("regions/lists").sort_values("order")["id"].tolist()
    for listed in record.lists:
        rows = codebook[codebook["list"].isin(["all", listed])]
        assert set(rows["term"]) == set(record.terms["term"])
        assert set(rows["technology"]) <= {*technologies.loc[technologies["list"] == listed, "id"], "other"}
        others = rows[rows["technology"] == "other"]["term"]
        assert others.is_unique
        assert not set(others) & set(rows[rows["technology"] != "other"]["term"])


def test_every_kind_is_of_its_document_and_every_source_has_a_name(record):
    documents = record.kinds.set_index("id")["source"]
    assert (record.terms["kind"].map(documents) == record.terms["source"]).all()
    names = load("labels")
    for group in ("strategy_source", "strategy_source_short"):
        assert set(record.sources) == set(names.loc[names["group"] == group, "id"])


def test_what_is_not_a_rule_a_source_or_a_list_is_named(record):
    with pytest.raises(ValueError, match="expected one of explicit, broad"):
        record.coded("loose")
    with pytest.raises(ValueError, match="source is 'rumours'; expected one of keywords, both, all"):
        record.matrix("rumours")
    with pytest.raises(ValueError, match="list is 'nine'; expected one of ten, twelve"):
        record.read_with("nine").coded()
    for column in ("list", "technology"):
        wrong = record.codebook.assign(**{column: "hydrogn"})
        with pytest.raises(ValueError, match=f"{column} of codebook.csv is 'hydrogn'"):
            replace(record, codebook=wrong).matrix("both")


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=8), st.randoms())
def test_neither_order_nor_names_change_the_overlap(rows, random):
    matrix = pd.DataFrame(rows, index=[f"r{i}" for i in range(len(rows))], columns=list("abcd"))
    shuffled = matrix.sample(frac=1, random_state=random.randrange(1000)).sample(frac=1, axis=1, random_state=1)
    assert {frozenset(pair) for pair in pairs(shuffled)} == {frozenset(pair) for pair in pairs(matrix)}
    assert len(pairs(matrix)) == chance.observed(matrix)["overlapping_pairs"]


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
    assert set(overlap["observed"]) == {24}
    assert overlap["mean"].to_dict() == pytest.approx({"rows": 13.3, "margins": 23.3, "named": 19.9}, abs=0.5)
    assert overlap.at["rows", "p_more"] < 0.05 < overlap.loc[["named", "margins"], "p_more"].min()


def test_chance_leaves_technologies_out_too(record):
    row = _against(record.matrix("keywords")).loc[("rows", "uncovered")]
    assert row["observed"] == 4
    assert row["mean"] == pytest.approx(10 * 0.9**11 * 0.8**2, abs=0.1)  # eleven provinces have one, two have two


def test_every_way_of_counting(record):
    ways = regions.ways(record, 500, 3)
    assert ways.index.names == ["listed", "strategy_source", "coding", "weak"]
    assert len(ways) == 2 * 5 * 2 * 2
    for (listed, source, coding, weak), row in ways.iterrows():
        matrix = _record(listed).matrix(source, coding, weak)
        assert row["cells"] == matrix.to_numpy().sum()
        assert row["overlaps"] == len(pairs(matrix))
        assert row["uncovered"] == (~matrix.any()).sum()
        assert 0 < row["uncovered_mean"] < row["overlaps_mean"]
    more = ways.drop_duplicates("table").groupby("strategy_source")["p_rows"]
    assert more.agg(lambda p: (p <= 0.05).mean()).to_dict() == {
        "all": 1, "both": 1, "programmes": 1, "keywords": 0, "descriptions": 0,
    }  # fmt: skip
    assert ways["p_named"].min() > 0.05
    # weak evidence counts: it changes most tables, keywords of Incheon and Jeju among them
    changed = ways["table"].unstack("weak").nunique(axis=1) > 1
    assert changed.xs("keywords", level="strategy_source").all()


def test_ways_beside_the_matrix_itself_are_of_one_run(record):
    row = regions.ways(record, 500, 3).loc[("ten", "both", "broad", True)]
    matrix = record.matrix("both")
    against = chance.against(matrix, chance.draws(matrix, 500, 3))
    assert row["overlaps_mean"] == against.at[("rows", "overlapping_pairs"), "mean"]
    assert row["p_named"] == against.at[("named", "overlapping_pairs"), "p_more"]


def test_gaps_depend_on_what_is_counted(record):
    everything = record.matrix("all")
    assert set(everything.columns[~everything.any()]) == GAPS
    both = record.matrix("both")
    assert set(both.columns[~both.any()]) == {*GAPS, MANUFACTURING}
    other = _record("twelve").matrix("all")
    assert set(other.columns[~other.any()]) == {*GAPS, "next_generation_nuclear"}


def test_keywords_outside_the_list_and_their_themes_in_july(record):
    outside = regions.outside(record).set_index("term")
    assert outside["again"].str.len().sum() == 0
    codebook = record.codebook.replace({"term": {"국립안동대 의대": "메타버스 수도"}})
    codebook.loc[codebook["term"] == "메타버스 수도", "theme"] = "metaverse"
    terms = record.terms.replace({"term": {"국립안동대 의대": "메타버스 수도"}})
    named_again = regions.outside(replace(record, terms=terms, codebook=codebook)).set_index("term")["again"]
    assert named_again["메타버스"] == ["메타버스 수도"]
    # with the list of twelve future vehicles are no longer outside
    assert "미래차" in outside.index
    assert "미래차" not in set(regions.outside(_record("twelve"))["term"])


def _ties(record, source):
    return cooperation.ties(record, record.matrix(source), *(load(f"regions/{name}") for name in TIES))


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
    assert list(ties["tier"].unique()) == list(cooperation.TIERS)
    counts = ties.drop_duplicates(["tier", "first", "second"])["tier"].value_counts()
    assert counts.to_dict() == {"stated": 14, "same": 12, "complementary": 5}


def test_ties_of_one_province(record):
    ties = _ties(record, "both")
    assert cooperation.ties_of(ties, "national").equals(ties)
    ulsan = cooperation.ties_of(ties, "ulsan")
    assert set(ulsan["partner"]) == {"busan", "gangwon", "gyeongbuk", "gyeongnam"}
    review = ulsan[ulsan["tier"] == "stated"].groupby("partner")["disputed"].all()
    assert set(review.index[review]) == {"busan", "gyeongnam"}
    assert cooperation.ties_of(ties, "jeju").empty
    seoul = cooperation.ties_of(ties, "seoul")
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
    ties = cooperation.ties(record, matrix, *(load(f"regions/{name}") for name in TIES))
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
        lists = load("regions/lists")["id"].tolist()
        for listed in lists:  # a pair is used with the lists that hold both, which are those of its row
            both = {row.first, row.second} <= set(technologies.loc[technologies["list"] == listed, "id"])
            assert both == (listed in (lists if row.list == "all" else [row.list]))


@pytest.mark.parametrize(
    ("region", "counts"),
    [
        ("gwangju", (4, 11, 0, 1)),
        ("ulsan", (1, 2, 0, 0)),
        ("seoul", (1, 2, 0, 0)),
        ("busan", (0, 0, 0, 0)),
        ("jeju", (1, 7, 0, 0)),
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
    assert list(alike.groups) == ["rnd_share_of_sales"]
    assert (alike["unit"].nunique() == 1).all()
    assert (alike["source"].nunique() == 1).all()
    assert set(rows.loc[rows["comparable"], "qualifier"]) == {"exact"}


def test_agreement_of_rules_and_of_sources(record):
    explicit, broad = record.matrix("keywords", "explicit"), record.matrix("keywords")
    table, differing = regions.agreements(
        {"coding": (explicit, broad), "sources": (broad, record.matrix("programmes"))}
    )
    counts = table[["both", "first_only", "second_only", "neither"]].to_numpy().tolist()
    assert counts == [[14, 0, 1, 155], [7, 8, 12, 143]]
    assert table["alpha"].to_dict() == pytest.approx({"coding": 0.962, "sources": 0.348}, abs=0.001)
    assert len(differing) == 1 + 20
    assert differing.iloc[0].tolist() == ["coding", "daegu", "advanced_biotechnology", "second"]
    nothing = broad & False
    undefined, none = regions.agreements({"sources": (nothing, nothing)})
    assert undefined["alpha"].isna().all()
    assert list(none.columns) == list(differing.columns)
    assert none.empty


def test_what_all_provinces_share_is_computed_once(record):
    regions.prepare("both", "broad", "ten", 500, 7)
    before = chance._drawn.cache_info()
    chance.draws(record.matrix("both"), 500, 7)
    regions.ways(record, 500, 7)
    after = chance._drawn.cache_info()
    # the tables are drawn already, and ways of counting are not even looked up again
    assert (after.misses, after.hits) == (before.misses, before.hits + 3)


def test_all_pairs_of_provinces_are_looked_at(record):
    everywhere = record.matrix("both") | True
    assert len(pairs(everywhere)) == len(list(combinations(record.regions, 2))) == 136
