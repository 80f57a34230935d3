"""The audit: intervals, rules, least sets against brute force and a published case, verdicts on the real data."""

import itertools
import json
import shutil
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kr_industry import DATA, ROOT
from kr_industry.audit import (
    CONTRADICTED,
    UNCHECKED,
    Figures,
    audit,
    localise,
    network,
    relations,
    scope,
    summary,
    system,
    writing,
)
from kr_industry.audit.cells import Pattern, figure_of
from kr_industry.data import DataError, load, texts

sys.path.append(str(ROOT / "scripts"))
import check_data
import injection


@pytest.fixture(scope="module")
def printed():
    return audit()


@pytest.fixture(scope="module")
def clean():
    return network.Network(relations.read(Figures(values="corrected")))


def _folder(path, rows, rules, precision=()):
    """A data folder with one table ``t`` of the columns id, value, unit and the given rules."""
    columns = {"id": {}, "value": {"type": "number"}, "unit": {}}
    listing = [injection.resource("t", columns, ["id"])]
    names = {"relations": "id,kind,result,of,by,years", "precision": "cells,step,weight"}
    (path / "audit").mkdir(exist_ok=True)
    for name, lines in (("relations", rules), ("precision", precision)):
        listing.append(injection.resource(f"audit/{name}", {c: {} for c in names[name].split(",")}, ["cells"]))
        (path / "audit" / f"{name}.csv").write_text("\n".join([names[name], *lines]) + "\n", encoding="utf-8")
    (path / "t.csv").write_text("\n".join(["id,value,unit", *rows]) + "\n", encoding="utf-8")
    (path / "datapackage.json").write_text(json.dumps({"resources": listing}), encoding="utf-8")
    from kr_industry.data import _described

    _described.cache_clear()
    return path


def _network(path):
    return network.Network(relations.read(Figures(path)))


def test_a_figure_stands_for_the_values_that_would_be_printed_so():
    figures = Figures().all()
    growth = figures["photonics/segment_sales[year=2019 segment=light_sources coverage=whole].growth"]
    assert (growth.low, growth.high) == pytest.approx((5.25, 5.35))
    firms = figures["photonics/annual[year=2018 scope=six_segments].firms"]
    assert firms.low == firms.high == 280
    assert figures["bio/budgets[programme=bio_health_rnd year=2025].budget"].low == 4  # at least
    assert figures["regions/figures[id=gwangju_presentation_attendance].value"].high == 40  # 30여


def test_a_pattern_repeats_what_the_result_bound():
    bound = Pattern.parse("t[year={year-1} id={id}].value").bound({"year": "2019", "id": "a"})
    assert bound.conditions == (("year", "2018"), ("id", "a"))
    with pytest.raises(DataError, match="not bound"):
        bound = Pattern.parse("t[year={y}].value").bound({})


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("r,sum,t[id=c].value,t[id=a|x].value,,", None),
        ("r,sum,t[id=c].value,t[id=x].value,,", "names a missing cell"),
        ("r,sum,t[id=x].value,t[id=a].value,,", "names a missing cell"),
        ("r,same,t[id=c].value,t[id=d].value,,", "a unit mismatch: eok_won and firms"),
        ("r,share,t[id=c].value,t[id=a].value,t[id=b].value,", "a share is in percent"),
        ("r,sum,t[id=c].value,t[id=a|c].value,,", "a cycle"),
        ("r,twice,t[id=c].value,t[id=a].value,,", "kind 'twice' is not known"),
        ("r,growth,t[id=c].value,t[id=a].value,,", "takes of and by"),
        ("r,compound,t[id=c].value,t[id=a].value,t[id=b].value,", "needs years"),
        ("r,sum,u[id=c].value,t[id=a].value,,", "no table 'u'"),
        ("r,sum,t[id=c].unit,t[id=a].value,,", "no figures in a column 'unit'"),
        ("r,sum,t[name=c].value,t[id=a].value,,", "no column 'name'"),
        ("r,sum,c = a,t[id=a].value,,", "is not a pattern"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_with_its_row(tmp_path, rule, message):
    rows = ["a,1,eok_won", "b,2,eok_won", "c,3,eok_won", "d,4,firms"]
    good = "first,sum,t[id=c].value,t[id=a|b].value,,"
    path = _folder(tmp_path, rows, [good, rule])
    if message is None:
        relations.read(Figures(path))
        return
    with pytest.raises(DataError, match=message) as caught:
        relations.read(Figures(path))
    assert "relations.csv, row 3 (r):" in str(caught.value)


def test_figures_computed_from_each_other_are_a_cycle(tmp_path):
    rules = ["r,sum,t[id=c].value,t[id=a].value,,", "s,sum,t[id=a].value,t[id=c].value,,"]
    path = _folder(tmp_path, ["a,1,firms", "c,1,firms"], rules)
    with pytest.raises(DataError, match=r"row 3 \(s\): a cycle"):
        relations.read(Figures(path))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("t[id=a].value,0.5,1", "no multiple of 0.5"),
        ("t[id=a].value,exact,1", "no whole number"),
        ("t[id=a].value,-1,1", "above zero"),
        ("t[id=x].value,1,1", "selects no row"),
    ],
)
def test_an_impossible_rounding_is_refused_with_its_row(tmp_path, rule, message):
    path = _folder(tmp_path, ["a,1.3,percent"], [], [rule])
    with pytest.raises(DataError, match=message) as caught:
        Figures(path)
    assert "precision.csv, row 2" in str(caught.value)


def test_the_published_case_of_a_small_firm(tmp_path):
    """Turnover 200, costs 125, profit 755 (de Waal, Pannekoek and Scholtus 2011): the profit is wrong and was 75."""
    rows = ["turnover,200,eok_won", "costs,125,eok_won", "profit,755,eok_won", "half,0,eok_won"]
    rules = [
        "balance,sum,t[id=turnover].value,t[id=costs|profit].value,,",
        "limit,at_most,t[id=profit].value,0.5 * t[id=turnover].value,,",
    ]
    (conflict,) = localise.localise(_network(_folder(tmp_path, rows, rules, ["t[].value,exact,1"])))
    ((suspect,),) = conflict.alternatives
    assert suspect.figure == "t[id=profit].value"
    assert (suspect.low, suspect.high) == pytest.approx((75, 75))
    assert suspect.reading.text == "75"


def test_weights_decide_between_sets_of_one_size(tmp_path):
    rows = ["a,10,firms", "b,20,firms", "c,31,firms"]
    rules = ["r,sum,t[id=c].value,t[id=a|b].value,,"]
    light = "t[id=b].value,exact,0.5"
    (conflict,) = localise.localise(_network(_folder(tmp_path, rows, rules, ["t[].value,exact,1", light])))
    assert conflict.certain
    assert conflict.figures == ("t[id=b].value",)


def test_a_count_cannot_be_a_fraction(tmp_path):
    """11 of 276 are 3.99 %, printed 3.9: no whole number of firms makes 3.9 %, so the share must be wrong."""
    rows = ["part,11,firms", "all,276,firms", "share,3.9,percent"]
    rules = ["r,share,t[id=share].value,t[id=part].value,t[id=all].value,"]
    precision = ["t[unit=firms].value,exact,1", "t[id=all].value,exact,2"]
    (conflict,) = localise.localise(_network(_folder(tmp_path, rows, rules, precision)))
    assert conflict.figures == ("t[id=share].value",)


def test_rules_that_no_figure_can_fulfil_are_an_error(tmp_path):
    rules = ["r,sum,3,t[id=a].value,,", "s,sum,4,t[id=a].value,,"]
    path = _folder(tmp_path, ["a,3,firms"], rules)
    with pytest.raises(DataError, match="no values at all"):
        localise.localise(_network(path))


@settings(max_examples=15)
@given(st.lists(st.integers(11, 999), min_size=2, max_size=4), st.integers(0, 5), st.integers(0, 10**6))
@example(parts=[11, 11], place=3, seed=0)  # 50.6 and 50.0 % each fit 11 of 22, but not one total
def test_the_least_sets_are_those_of_brute_force(tmp_path_factory, parts, place, seed):
    total = sum(parts)
    rows = [f"p{i},{part},eok_won" for i, part in enumerate(parts)] + [f"total,{total},eok_won"]
    rows += [f"s{i},{100 * part / total:.1f},percent" for i, part in enumerate(parts)]
    listed = "|".join(f"p{i}" for i in range(len(parts)))
    rules = [f"sum,sum,t[id=total].value,t[id={listed}].value,,"]
    rules += [f"r{i},share,t[id=s{i}].value,t[id=p{i}].value,t[id=total].value," for i in range(len(parts))]
    path = _folder(tmp_path_factory.mktemp("t"), rows, rules, ["t[unit=percent].value,0.1,1"])
    true = _network(path)
    assert localise.localise(true) == []
    name = list(true.figures)[place % len(true.figures)]
    text = injection.corrupted(true.figures[name].text, "digit", np.random.default_rng(seed))
    wrong = true.reprinted({name: text})
    conflicts = localise.localise(wrong)
    whole = system.System(wrong, range(len(wrong.relations)))
    expected = set()
    for size in range(3):
        expected = {
            frozenset(c)
            for c in itertools.combinations(whole.cells, size)
            if whole._proof(set(whole.cells) - set(c)) is None
        }
        if expected:
            break
    found = {
        frozenset(s.figure for least in choice for s in least)
        for choice in itertools.product(*(conflict.alternatives for conflict in conflicts))
    }
    found = {names for names in found if len(names) <= size}  # besides them, exchanges and pairs of a row
    if expected != {frozenset()} and all(conflict.complete for conflict in conflicts) and size < 3 and expected:
        assert found == expected


@pytest.mark.parametrize(
    ("text", "low", "high", "value"),
    [
        ("9205", 9792, 9795.4, "9795"),
        ("10.1", 9.99, 10.005, "10.0"),
        ("1254", 1244.6, 1245.4, "1245"),
        ("1136", 11355, 11365, "11360"),
        ("1136", 11330, 11338, "11336"),
        ("755", 75, 75, "75"),
        ("53.0", 5.25, 5.35, "5.3"),
        ("77", 7.65, 7.75, "7.7"),
    ],
)
def test_the_value_nearest_in_writing(text, low, high, value):
    step = 0.1 if "." in value else 1.0
    figure = figure_of(("t", 0, "id=a", "value"), text, "percent", step)
    assert float(writing.nearest(figure, low, high).text) == float(value)


def test_an_interval_without_an_end_has_no_nearest_value():
    figure = figure_of(("t", 0, "id=a", "value"), "23005", "eok_won", None)
    assert writing.nearest(figure, 0, float("inf")) is None


def test_every_contradiction_of_the_sources(printed):
    sales, size = "photonics/segment_sales[year={}].{}", "photonics/size_classes[year={}].{}"
    wrong = {
        sales.format("2019 segment=light_sources coverage=whole", "sales"),
        sales.format("2019 segment=total coverage=whole", "sales"),
        sales.format("2019 segment=light_sources coverage=parenthesised", "sales"),
        sales.format("2019 segment=total coverage=parenthesised", "sales"),
        sales.format("2017 segment=precision_optics coverage=whole", "share"),
        "photonics/segment_firms[year=2017 segment=total].growth",
        size.format("2017 size_class=sales_under_1", "share"),
        size.format("2018 size_class=sales_10_50", "share"),
        size.format("2018 size_class=sales_100_up", "share"),
        size.format("2018 size_class=sales_50_100", "share"),
        "regions/figures[id=national_ceremony_headline].value",
    }
    assert {conflict.figures for conflict in printed.conflicts} == {(name,) for name in wrong}
    assert all(conflict.certain for conflict in printed.conflicts)


def test_light_sources_2019_are_restored(printed):
    (suspect,) = [s for c in printed.conflicts for s in c.alternatives[0] if "light_sources coverage=whole" in s.figure]
    assert suspect.low == pytest.approx(9792)
    assert suspect.high == pytest.approx(25278.5 * 0.3875, abs=0.5)
    assert suspect.reading.text == "9795"


def test_every_figure_has_a_verdict_and_every_unchecked_one_a_reason(printed):
    unchecked = printed.figures[printed.figures["verdict"] == UNCHECKED]
    assert len(unchecked)
    assert (unchecked["why_ko"] != "").all()
    assert (unchecked["why_en"] != "").all()
    assert set(printed.figures["verdict"]) == {"verified", "within_rounding", "contradicted", "unchecked"}


def test_rounding_is_interval_arithmetic(printed):
    """-0.45 % printed as -0.4 % and 23.7 as 23.8 are possible; 10.00 % as 10.1 % is not."""
    verdict = printed.figures["verdict"]
    assert (
        verdict["photonics/segment_sales[year=2018 segment=optical_communication coverage=whole].growth"]
        == "within_rounding"
    )
    assert verdict["bio/figures[id=graduate_share].value"] == "within_rounding"
    assert verdict["photonics/segment_sales[year=2017 segment=precision_optics coverage=whole].share"] == CONTRADICTED


def test_growth_rates_without_a_printed_base_are_tested_together(printed):
    """The bases of 2016 are not printed, but together they must make the total of 2016."""
    verdict = printed.figures["verdict"]
    assert verdict["photonics/segment_sales[year=2017 segment=light_sources coverage=whole].growth"] != UNCHECKED
    wrong = network.Network(relations.read(Figures(values="corrected")))
    name = "photonics/segment_sales[year=2017 segment=light_sources coverage=whole].growth"
    conflicts = localise.localise(wrong.reprinted({name: "85"}))
    assert name in {figure for conflict in conflicts for figure in conflict.figures}


def test_corrected_figures_contradict_nothing(clean):
    assert localise.localise(clean) == []
    assert audit(Figures(values="corrected")).conflicts == ()


def test_the_audit_prints_nothing(capfd):
    audit()
    assert capfd.readouterr() == ("", "")


def test_claims_come_from_all_documents_and_keep_their_verdicts(printed):
    claims = printed.claims.set_index("id")
    assert len(claims) >= 40
    assert set(claims["source"]) <= set(load("sources")["id"])
    wrong = set(claims.index[(claims["verdict"] == CONTRADICTED) & (claims["unlike_ko"] == "")])
    assert wrong == {"ceremonies_headline"}
    assert (claims.loc[claims["kind"] == "none", "why_ko"] != "").all()
    assert claims.at["photonics_share_of_gdp", "unlike_en"]
    assert claims.at["bio_two_budgets", "unlike_en"]
    assert claims.at["bio_production_average", "verdict"] == "verified"


def test_misprints_made_on_purpose_are_found(clean):
    names = injection.checkable(clean)
    for number, name in enumerate(names[7 :: len(names) // 5]):  # each way once
        way = injection.WAYS[number % len(injection.WAYS)]
        text = injection.corrupted(clean.figures[name].text, way, np.random.default_rng(number))
        if text is None:
            continue
        low, high = injection.left_by_others(clean, name)
        figure = clean.figures[name].reprinted(text)
        conflicts = localise.localise(clean.reprinted({name: text}))
        named = {figure for conflict in conflicts for figure in conflict.figures}
        edge = 1e-8 * abs(figure.value)
        if figure.low > high + edge or figure.high < low - edge:
            assert name in named, (name, text)
        else:
            assert not named, (name, text)


@given(
    st.from_regex(r"-?[1-9][0-9]{0,5}(\.[0-9])?", fullmatch=True), st.sampled_from(injection.WAYS), st.integers(0, 99)
)
def test_a_misprint_is_another_number_of_the_same_form(text, way, seed):
    wrong = injection.corrupted(text, way, np.random.default_rng(seed))
    if wrong is not None:
        assert float(wrong) != float(text)
        assert len(wrong.partition(".")[2]) <= len(text.partition(".")[2]) + 1


def test_corrections_are_applied_and_stale_ones_refused(data_copy):
    key = ["year", "segment", "coverage"]
    tables = {
        v: load("photonics/segment_sales", data_copy, v).set_index(key)["sales"] for v in ("printed", "corrected")
    }
    assert tables["printed"][2019, "light_sources", "whole"] == 9205
    assert tables["corrected"][2019, "light_sources", "whole"] == 9795
    path = data_copy / "corrections.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",9205,", ",9206,"), encoding="utf-8")
    assert load("photonics/segment_sales", data_copy).shape == load("photonics/segment_sales").shape
    with pytest.raises(DataError, match=r"corrections.csv, row 2: stale: photonics/segment_sales.csv, row 31"):
        load("photonics/segment_sales", data_copy, "corrected")
    with pytest.raises(DataError, match="expected printed or corrected"):
        load("photonics/segment_sales", data_copy, "right")


def test_every_correction_is_what_the_audit_finds(printed):
    """A corrected value lies in the interval that the other figures leave."""
    found = {s.figure: s for c in printed.conflicts for least in c.alternatives for s in least}
    rows, figures = texts("corrections"), Figures().all()
    names = rows["file"].str.removesuffix(".csv") + "[" + rows["key"] + "]." + rows["column"]
    rows = rows[names.isin(figures)]
    assert len(rows) == len(found)
    for row in rows.itertuples():
        suspect = found[f"{row.file.removesuffix('.csv')}[{row.key}].{row.column}"]
        if row.corrected:
            assert float(row.corrected) == suspect.reading.value


@pytest.fixture
def check(data_copy, capsys):
    """The script on the copy of data/, in this process: its exit code and what it prints."""

    def call():
        return check_data.main([str(data_copy)]), capsys.readouterr().out

    return call


def test_check_data_tells_what_is_neither_corrected_nor_acknowledged(data_copy, check):
    path = data_copy / "corrections.csv"
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if ",2.2," not in row), encoding="utf-8")
    code, told = check()
    assert code == 1
    known, left = told.split("neither corrects nor acknowledges")
    assert "prints 9205, others leave 9792 to" in known
    assert "9205" not in left
    assert told.splitlines()[-1].startswith("  photonics/segment_firms.csv, row 15")


def test_check_data_names_the_row_of_a_rule_that_does_not_fit(data_copy, check):
    path = data_copy / "audit" / "relations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("segment=!total", "segment=other", 1), encoding="utf-8")
    code, told = check()
    assert code == 1
    assert "data/audit/relations.csv, row 2:" in told
    assert "names a missing cell" in told


def test_the_numbers_in_the_notes_are_those_of_the_audit(printed):
    notes = (DATA / "README.md").read_text(encoding="utf-8")
    for verdict, count in printed.counts().items():
        assert f"| {count} |\n" in notes, verdict
    assert f"The {len(printed.figures)} figures are tied by {len(printed.relations)} relations" in notes
    assert f"Of {len(printed.claims)} claims" in notes


TOPICS = ["photonics/", "bio/", "regions/"]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_audit_of_a_topic_is_its_part_of_the_whole_and_reads_nothing_else(printed, data_copy, topic):
    for other in TOPICS:
        if other != topic:
            shutil.rmtree(data_copy / other)
    own = audit(Figures(data_copy, topic=topic))
    assert own.figures.equals(printed.figures[printed.figures["table"].str.startswith(topic)])
    about = {
        (file, row): topic in f"{rule.result} {rule.of} {rule.by}".replace("{industry}", "photonics")
        for file in ("audit/relations", "audit/claims")
        for row, rule in enumerate(texts(file).itertuples(), start=2)
    }
    chosen = [about[place] for place in zip(printed.relations["file"], printed.relations["row"], strict=True)]
    assert own.relations.equals(printed.relations[chosen].reset_index(drop=True))
    assert own.claims.equals(printed.claims[[about["audit/claims", row + 2] for row in printed.claims.index]])
    assert own.conflicts == tuple(c for c in printed.conflicts if c.figures[0].startswith(topic))
    assert own.counts(topic) == printed.counts(topic)


def test_a_topic_takes_with_it_what_a_rule_ties_to_it(data_copy):
    rule = "tie,same,photonics/figures[id=programme_money_total].value,regions/figures[id=jeonju_goals].value,,,,"
    with (data_copy / "audit" / "relations.csv").open("a", encoding="utf-8") as file:
        file.write(f"{rule}\n")
    assert "regions/figures" in scope.tied("photonics/", data_copy)
    assert "photonics/figures" in scope.tied("regions/", data_copy)
    assert {table.split("/")[0] for table in scope.tied("bio/", data_copy)} == {"bio"}
    assert "regions/terms" not in scope.tied("photonics/", data_copy)


def test_an_audit_handed_out_may_be_changed_without_harm():
    mine, before = audit(topic="bio/"), audit(topic="bio/")
    mine.figures["verdict"] = UNCHECKED
    mine.claims["printed"] = ""
    again = audit(topic="bio/")
    assert again.figures.equals(before.figures)
    assert again.claims.equals(before.claims)


def _wide(path, columns, rows, rules, precision=()):
    """A data folder with one table ``t`` of a year, a part and columns of figures, and the given rules."""
    fields = {"year": {"type": "integer"}, "part": {}}
    fields |= {name: {"type": "number", "unit": unit} for name, unit in columns.items()}
    text = "\n".join([",".join(fields), *(",".join(map(str, row)) for row in rows)])
    return _described_by(path, "t", fields, ["year", "part"], text, rules, precision)


def _described_by(path, table, fields, key, text, rules, precision=()):
    from kr_industry.data import _described

    heads = dict(HEADS, relations="id,kind,result,of,by,years", precision="cells,step,weight")
    lines = {"relations": rules, "precision": precision}
    listing = [injection.resource(table, fields, key)]
    (path / "audit").mkdir(exist_ok=True)
    for name, head in heads.items():
        listing.append(injection.resource(f"audit/{name}", {c: {} for c in head.split(",")}, ["cells"]))
        whole = "\n".join([head, *lines.get(name, ())])
        (path / "audit" / f"{name}.csv").write_text(whole + "\n", encoding="utf-8")
    (path / f"{table}.csv").write_text(text + "\n", encoding="utf-8")
    (path / "datapackage.json").write_text(json.dumps({"resources": listing}), encoding="utf-8")
    _described.cache_clear()
    return path


HEADS = {"unchecked": "cells,ko,en", "claims": ",".join(texts("audit/claims").columns)}


AMOUNT, SHARE = "t[year={year} part={part}].amount", "t[year={year} part={part}].share"
RULES = [
    "total,sum,t[year={year} part=all].amount,t[year={year} part=!all].amount,,",
    f"share,share,{SHARE},{AMOUNT},t[year={{year}} part=all].amount,",
    f"growth,growth,t[year={{year}} part={{part}}].growth,{AMOUNT},t[year={{year-1}} part={{part}}].amount,",
]


def _segments(path, years=(2019, 2020, 2021), parts=(1210, 873, 1560, 402)):
    """Segments of an industry: amounts, shares of their sum and growth, all consistent."""
    rows, before = [], {}
    for step, year in enumerate(years):
        now = {f"p{i}": round(part * (1 + 0.13 * i) ** step) for i, part in enumerate(parts)}
        now["all"] = sum(now.values())
        for part, amount in now.items():
            growth = f"{100 * (amount / before[part] - 1):.1f}" if before else ""
            rows.append((year, part, amount, f"{100 * amount / now['all']:.1f}", growth))
        before = now
    columns = {"amount": "억 원", "share": "%", "growth": "%"}
    precision = ["t[].amount,exact,1", "t[].share,0.1,1", "t[].growth,0.1,1"]
    return _wide(path, columns, rows, RULES, precision)


def _explained(network, texts):
    """What the audit proposes for a network with other texts: for each conflict, its explanations as texts."""
    return [
        [{s.figure: s.reading.text for s in explanation if s.reading} for explanation in conflict.alternatives]
        for conflict in localise.localise(network.reprinted(texts))
    ]


@pytest.mark.parametrize(
    ("one", "other", "columns"),
    [
        ("2020 part=p0", "2020 part=p2", ["amount"]),  # two cells of a column
        ("2020 part=p0", "2020 part=p2", ["amount", "share", "growth"]),  # two rows
        ("2020 part=p1", "2021 part=p1", ["amount", "share", "growth"]),  # two years
        ("2020 part=p1", "2021 part=p1", ["growth"]),
    ],
)
def test_figures_exchanged_are_put_back(tmp_path, one, other, columns):
    true = _network(_segments(tmp_path))
    cells = [(f"t[year={one}].{column}", f"t[year={other}].{column}") for column in columns]
    exchanged = {place: true.figures[moved].text for a, b in cells for place, moved in ((a, b), (b, a))}
    (explanations,) = _explained(true, exchanged)
    assert {name: true.figures[name].text for name in exchanged} in explanations


def test_two_columns_exchanged_are_put_back(tmp_path):
    true = _network(_segments(tmp_path))
    pairs = [(f"t[year=2020 part={part}].share", f"t[year=2020 part={part}].growth") for part in ("p0", "p1", "p2")]
    exchanged = {place: true.figures[moved].text for a, b in pairs for place, moved in ((a, b), (b, a))}
    found = _explained(true, exchanged)
    restored = {name: text for explanations in found for name, text in explanations[0].items()}
    assert restored == {name: true.figures[name].text for name in exchanged}


def test_a_whole_year_in_another_ones_place_is_one_slip_and_certain(tmp_path):
    true = _network(_segments(tmp_path))
    parts, columns = ("p0", "p1", "p2", "p3", "all"), ("amount", "share", "growth")
    pairs = [(f"t[year=2020 part={p}].{c}", f"t[year=2021 part={p}].{c}") for p in parts for c in columns]
    exchanged = {place: true.figures[moved].text for a, b in pairs for place, moved in ((a, b), (b, a))}
    (conflict,) = localise.localise(true.reprinted(exchanged))
    assert conflict.certain
    changed = {name: true.figures[name].text for name in exchanged if exchanged[name] != true.figures[name].text}
    assert {s.figure: s.reading.text for s in conflict.alternatives[0]} == changed
    assert all(s.place_of for s in conflict.alternatives[0])


def test_a_column_that_slipped_by_a_row_is_put_back_but_for_what_is_lost(tmp_path):
    true = _network(_segments(tmp_path))
    cells = [f"t[year=2020 part={part}].share" for part in ("p0", "p1", "p2", "p3", "all")]
    slipped = {below: true.figures[above].text for above, below in itertools.pairwise(cells)}
    found = _explained(true, slipped)
    whole = {name: text for explanations in found for name, text in explanations[0].items()}
    assert whole == {name: true.figures[name].text for name in slipped}


def test_an_exchange_is_told_with_the_figure_that_belongs_there(tmp_path):
    path = _segments(tmp_path)
    lines = (path / "t.csv").read_text(encoding="utf-8").splitlines()
    first, second = (next(i for i, line in enumerate(lines) if line.startswith(f"2020,{p},")) for p in ("p0", "p2"))
    a, b = lines[first].split(",", 2), lines[second].split(",", 2)
    lines[first], lines[second] = ",".join([*a[:2], b[2]]), ",".join([*b[:2], a[2]])
    (path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = audit(Figures(path))
    assert any("exchanged; 1210 belongs here" in line for line in summary.contradictions(found))
    assert found.figures.at["t[year=2020 part=p0].amount", "verdict"] == CONTRADICTED


def test_one_of_two_wrong_figures_of_a_row_is_not_certain(tmp_path):
    """No whole number makes 35.9 % of 280; but with the share wrong, nothing else tells whether 99 is right."""
    rows = [(2018, "p0", 99, "35.9"), (2018, "all", 280, "100")]
    rules = [f"share,share,{SHARE},{AMOUNT},t[year={{year}} part=all].amount,"]
    precision = ["t[].amount,exact,1", "t[year=2018 part=all].amount,exact,2", "t[].share,0.1,1"]
    path = _wide(tmp_path, {"amount": "개사", "share": "%"}, rows, rules, precision)
    (conflict,) = localise.localise(_network(path))
    assert not conflict.certain
    assert [{s.figure for s in each} for each in conflict.alternatives] == [
        {"t[year=2018 part=p0].share"},
        {"t[year=2018 part=p0].share", "t[year=2018 part=p0].amount"},
    ]


@pytest.fixture(scope="module")
def segments(tmp_path_factory):
    """Tables by segment in which nothing is wrong."""
    true = _network(_segments(tmp_path_factory.mktemp("segments")))
    assert localise.localise(true) == []
    return true


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(sorted(injection.SLIPS)))
def test_what_is_certain_and_restored_is_true(segments, seed, way):
    for trial in injection.slips(segments, way, 1, seed):
        assert trial.detected or not (trial.among or trial.alone or trial.restored)
        assert not trial.alone or trial.among


@settings(max_examples=6)
@given(st.integers(0, 10**6))
def test_two_rows_exchanged_are_restored_whenever_they_are_detected(segments, seed):
    for way in ("rows exchanged", "years exchanged"):
        for trial in injection.slips(segments, way, 2, seed):
            assert trial.restored == trial.detected


def test_a_slip_of_no_known_kind_is_refused(clean):
    with pytest.raises(ValueError, match="expected one of rows exchanged"):
        next(injection.slips(clean, "upside down", 1))


def test_many_contradictions_at_once_come_to_an_end(tmp_path):
    """A column overwritten by another year's cannot be told in few figures, but some that reconcile are named."""
    true = _network(_segments(tmp_path, years=(2018, 2019, 2020, 2021), parts=tuple(range(210, 1400, 70))))
    texts = {n: f"{true.figures[n].value + 37:.0f}" for n in true.figures if "2019" in n and n.endswith("amount")}
    conflicts = localise.localise(true.reprinted(texts))
    assert {name for conflict in conflicts for name in conflict.figures}


RELEASES = """series,year,release,scope,amount,growth
a,2019,r1,six,1000,
a,2020,r1,six,1100,10.0
a,2020,r2,six,1200,
a,2021,r2,six,1300,{growth}
b,2020,r2,eight,,
b,2021,r2,eight,700,-5.0
c,2020,r2,eight,0,
c,2021,r2,eight,500,3.0
"""
GROWTH = "growth,growth,s[series={series} year={year} release={release} scope={scope}].growth,"
GROWTH += "s[series={series} year={year} release={release} scope={scope}].amount,"
GROWTH += "?s[series={series} year={year-1} release={release} scope={scope}].amount,"


def _releases(path, growth):
    fields = {"series": {}, "year": {"type": "integer"}, "release": {}, "scope": {}}
    fields |= {"amount": {"type": "number", "unit": "억 원"}, "growth": {"type": "number", "unit": "%"}}
    key = ["series", "year", "release", "scope"]
    return _described_by(path, "s", fields, key, RELEASES.format(growth=growth).strip(), [GROWTH])


def test_growth_is_on_the_year_before_in_the_same_release_and_scope(tmp_path):
    found = audit(Figures(_releases(tmp_path, "8.3")))  # 1300 on 1200, not on 1100
    verdicts = found.figures["verdict"]
    assert found.conflicts == ()
    assert verdicts["s[series=a year=2021 release=r2 scope=six].growth"] == "verified"
    assert verdicts["s[series=a year=2020 release=r1 scope=six].growth"] == "verified"
    wrong = audit(Figures(_releases(tmp_path, "18.2")))
    assert wrong.figures.at["s[series=a year=2021 release=r2 scope=six].growth", "verdict"] == CONTRADICTED


def test_an_empty_cell_is_an_unknown_quantity_and_a_rate_on_zero_is_not_tested(tmp_path):
    found = audit(Figures(_releases(tmp_path, "8.3")))
    verdicts = found.figures["verdict"]
    assert "s[series=b year=2020 release=r2 scope=eight].amount" not in verdicts
    assert verdicts["s[series=b year=2021 release=r2 scope=eight].growth"] == UNCHECKED
    assert verdicts["s[series=c year=2021 release=r2 scope=eight].growth"] == UNCHECKED
    assert verdicts["s[series=c year=2020 release=r2 scope=eight].amount"] == UNCHECKED


def test_a_sum_with_an_empty_part_bounds_the_rest(tmp_path):
    rows = [(2018, "p0", 99), (2018, "p1", ""), (2018, "all", 90)]
    rules = ["total,sum,t[year={year} part=all].amount,t[year={year} part=!all].amount,,"]
    (conflict,) = localise.localise(_network(_wide(tmp_path, {"amount": "억 원"}, rows, rules)))
    assert set(conflict.figures) == {"t[year=2018 part=p0].amount", "t[year=2018 part=all].amount"}
    rows[0] = (2018, "p0", 80)
    assert localise.localise(_network(_wide(tmp_path, {"amount": "억 원"}, rows, rules))) == []
