"""Whether a report's figures can be trusted: frames of the real audit, and how they are written in both languages."""

import shutil

import pytest

from kr_industry import ROOT, trust
from kr_industry.audit import CONTRADICTED, UNCHECKED, VERDICTS, VERIFIED, Figures, audit
from kr_industry.data import key_parts, load
from kr_industry.labels import labels
from notebook_reports.columns import Columns
from notebook_reports.words import Words

TOPICS = ["photonics/", "bio/", "regions/"]


@pytest.fixture(scope="module")
def checked():
    return audit()


@pytest.fixture(scope="module")
def undecided(tmp_path_factory):
    """The audit without the second print of 27 large firms, which decides that shares of 2018 are wrong, not firms."""
    folder = shutil.copytree(ROOT / "data", tmp_path_factory.mktemp("undecided") / "data")
    path = folder / "photonics" / "large_firms.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("2018")), encoding="utf-8")
    return audit(Figures(folder))


@pytest.fixture(scope="module")
def corrections():
    return load("corrections")


@pytest.fixture(params=["ko", "en"])
def columns(request):
    """Columns and words that all notebooks share, with the segments of photonics."""
    words = Words([ROOT / "notebooks" / "common.words.yml"], request.param, labels(segment="photonics_segment"))
    return Columns([ROOT / "notebooks" / "columns.yml"], words)


@pytest.mark.parametrize("topic", TOPICS)
def test_counts_add_up_to_the_figures_of_the_topic(checked, corrections, topic):
    counts, by_table = trust.counts(checked, corrections, topic), trust.by_table(checked, topic)
    assert counts[list(VERDICTS)].to_dict() == checked.counts(topic)
    assert counts["figures"] == by_table.to_numpy().sum() == counts[list(VERDICTS)].sum()
    assert by_table.sum().to_dict() == checked.counts(topic)
    assert counts["corrected"] + counts["left_open"] == counts[CONTRADICTED]
    results = trust.results(counts).set_index("result")["value"]
    assert results["audit_figures"] == counts["figures"]
    assert results["audit_verified"] + counts[CONTRADICTED] + counts[UNCHECKED] == counts["figures"]
    assert results["audit_within_rounding"] <= results["audit_verified"]


def test_what_is_corrected_and_what_is_left_open(checked, corrections):
    counts = trust.counts(checked, corrections, "photonics/")
    assert (counts["contradicted"], counts["corrected"], counts["left_open"]) == (10, 10, 0)
    assert trust.counts(checked, corrections.iloc[:0], "photonics/")["left_open"] == 10
    assert trust.counts(checked, corrections)["figures"] == len(checked.figures)


def test_each_contradiction_has_its_place_and_printed_recomputed_and_corrected_value(checked, corrections, undecided):
    rows = trust.conflicts(checked, corrections, "photonics/")
    (light,) = rows[(rows["segment"] == "light_sources") & (rows["coverage"] == "whole")].to_dict("records")
    assert (light["table"], light["year"], light["column"]) == ("photonics_segment_sales", "2019", "sales")
    assert (light["printed"], light["low"], light["high"], light["corrected"]) == ("9,205", 9792, 9795, "9,795")
    assert light["certain"]
    assert light["status"] == "outlook"
    rows = trust.conflicts(undecided, corrections, "photonics/")
    open_ended = rows[~rows["certain"]].set_index(["size_class", "column"])
    assert list(open_ended.loc[("sales_100_up", "firms"), ["printed", "low", "corrected"]]) == ["27", 43, ""]


def test_the_evidence_of_the_row_before_is_not_told_again(undecided, corrections):
    rows = trust.conflicts(undecided, corrections.assign(evidence_ko="같음", evidence_en="alike"), "photonics/")
    assert rows["repeated"].tolist() == [False, *[True] * 5, False, False, False, *[True] * 3]  # firms have none


def test_conflicts_may_be_those_of_one_table_or_none(checked, corrections, undecided):
    assert (~trust.conflicts(undecided, corrections, "photonics/size_classes")["certain"]).sum() == 4
    assert trust.conflicts(checked, corrections, "photonics/size_classes")["certain"].all()
    assert len(trust.conflicts(checked, corrections, "photonics/annual")) == 0
    none = trust.conflicts(checked, corrections, "bio/")
    assert list(none) == list(trust.conflicts(checked, corrections))
    assert (trust.counts(checked, corrections, "bio/")[["contradicted", "corrected", "left_open"]] == 0).all()


def test_statements_that_compare_unlike_things_get_no_verdict(checked):
    rows = trust.claims(checked, ["photonics_2019"]).set_index("id")
    assert rows.at["photonics_share_of_gdp", "standing"] == "unlike"
    trends = [name for name in rows.index if name.endswith("_trend")]
    assert len(trends) == 4  # each of three years
    assert (rows.loc[trends, "standing"] == VERIFIED).all()
    assert (rows["standing"] > "within_rounding").sum() == 2
    assert len(trust.claims(checked, [])) == 0


def test_tables_are_named_by_their_own_label_or_by_that_of_their_kind(checked, corrections):
    assert list(trust.by_table(checked, "bio/").index)[:2] == ["bio_survey", "bio_segments"]
    other = checked.figures.assign(table=checked.figures["table"].str.replace("photonics/", "ceramics/"))
    named = trust.by_table(type(checked)(other, checked.relations, checked.claims, ()), "ceramics/")
    assert {"annual", "size_classes"} <= set(named.index)


def test_each_disagreement_tells_what_is_used_what_the_other_prints_and_who_does():
    rows, entries = trust.disagreements(), load("disagreements")
    assert len(rows) == len(entries)
    assert {column for key in entries["key"] for column in key_parts(key)} <= set(trust.KEYS)
    assert (rows["used"] != rows["other"]).all()
    assert rows[["printed_by_ko", "printed_by_en"]].ne("").all(axis=None)
    (census,) = rows[rows["used"] == "25,217,123"].to_dict("records")
    assert [census[name] for name in ("year", "region", "industry", "other")] == [
        "2022",
        "national",
        "all",
        "25,211,397",
    ]
    assert len(trust.disagreements("bio/")) == entries["file"].str.startswith("bio/").sum()


def _written(columns, rows):
    records = rows.to_dict("records")
    return columns.for_readers(
        rows.assign(figure=records, recomputed=records, because=records)[
            ["figure", "printed", "recomputed", "corrected", "because"]
        ],
        {},
    )[0]


def test_contradictions_are_written_in_both_languages(columns, undecided, corrections):
    table = _written(columns, trust.conflicts(undecided, corrections.iloc[:0], "photonics/"))
    rows = table.set_index(table.columns[0])
    korean = columns.words.language == "ko"
    light = rows.loc[
        "표 5 분야별 매출 · 2019년 전망 광원 및 광전소자 매출액"
        if korean
        else "Table 5: sales by segment · light sources and optoelectronics, sales, 2019 (outlook)"
    ]
    assert list(light)[:3] == ["9,205", "9,792~9,795" if korean else "9,792 to 9,795", "–"]
    size = rows.loc[
        "표 8 매출 규모별 · 2018년 100억 원 이상 업체 수" if korean else "Table 8: by size · ₩10bn or more, firms, 2018"
    ]
    assert list(size)[:3] == ["27", "43(다른 쪽이 맞다면)" if korean else "43 (if the others are right)", "–"]


def test_figures_of_every_table_can_be_named(columns, checked, corrections):
    """Were any figure that is checked to contradict another, the report would have words for it."""
    one = trust.conflicts(checked, corrections, "photonics/").iloc[:1]
    for topic in TOPICS:
        figures = checked.figures[
            checked.figures["table"].str.startswith(topic) & (checked.figures["verdict"] != UNCHECKED)
        ]
        rows = trust.conflicts(_all_contradict(checked, figures), corrections, topic)
        assert len(rows) == len(figures)
        for group in ("segment", "measure"):
            columns.words.groups[group] = columns.words.groups.get(f"{topic[:-1]}_{group}", {})
        written = _written(columns, rows[one.columns])
        assert not written.iloc[:, 0].str.contains(r"  |, ,|^ |· ,|\(\)").any()


def _all_contradict(checked, figures):
    from kr_industry.audit.localise import Conflict, Suspect

    conflicts = tuple(Conflict(((Suspect(name, 1.0, float("inf"), None),),), (), True) for name in figures.index)
    return type(checked)(checked.figures, checked.relations, checked.claims, conflicts)


def test_remarks_on_statements(columns, checked):
    rows = trust.claims(checked, ["photonics_2019", "inauguration_2022", "silicon_valley_2016"])
    trend = rows["id"] == "photonics_optical_materials_trend"  # had it fallen below 28
    rows.loc[trend, ["standing", "verdict", "low", "high"]] = [CONTRADICTED, CONTRADICTED, 28.0, float("nan")]
    rows = rows[rows["standing"] > "within_rounding"]
    shown, _ = columns.for_readers(rows.assign(remark=rows.to_dict("records"))[["standing", "remark"]], {})
    remarks = dict(zip(rows["id"], shown.iloc[:, 1], strict=True))
    korean = columns.words.language == "ko"
    compared, recomputed = (
        ("비교한 값은 28이다.", "다시 계산하면 226이다.") if korean else ("Compared with 28.", "Recomputed: 226.")
    )
    assert remarks["photonics_optical_materials_trend"] == compared
    assert remarks["ceremonies_headline"] == recomputed
    assert remarks["photonics_share_of_gdp"].count(".") == 2
    assert dict(zip(rows["id"], shown.iloc[:, 0], strict=True))["photonics_share_of_gdp"] == (
        "서로 다른 것을 비교" if korean else "Compares unlike things"
    )


def test_a_number_that_stands_in_a_statement_itself_is_named_by_it(columns, checked, corrections):
    from kr_industry.audit.localise import Conflict, Suspect

    claims = checked.claims.set_index("id")
    suspect = Suspect(f"audit/claims[id={claims.index[0]}].result", 3.0, 4.0, None)
    row = trust.conflicts(
        type(checked)(checked.figures, checked.relations, checked.claims, (Conflict(((suspect,),), (), True),)),
        corrections,
    )
    assert claims[columns.words.language].iloc[0] in _written(columns, row).iloc[0, 0]
