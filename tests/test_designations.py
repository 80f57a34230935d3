"""Applications and grants of provinces, beside the words of documents; lists and kinds that are added as data."""

import json
import os
import shutil
import subprocess
import sys

import cells
import pandas as pd
import pytest
from copies import LEFT_OUT
from hypothesis import given
from hypothesis import strategies as st
from typed import append

from kr_industry import checks, designations, regions
from kr_industry.data import Tables, load
from notebook_reports import report

READ = Tables("regions")
NAMES = list("abc")


@pytest.fixture
def given_out():
    """The tables as corrected: applications and grants, and their rounds."""
    return READ("designations"), READ("rounds")


@pytest.fixture
def came(given_out):
    return designations.steps(regions.record(READ, "ten").matrix("all"), *given_out, "2022-07")


def test_rows_are_as_many_as_were_announced(given_out):
    rounds = designations.announced(*given_out)
    granted = rounds.dropna(subset=["granted_total"])
    assert len(granted) == 14
    assert (granted["granted"] == granted["granted_total"]).all()
    listed = rounds[rounds["applicants"] == "listed"]
    assert listed[["applied", "granted"]].to_dict("index") == {
        "strategic_complex_2023": {"applied": 21, "granted": 7},
        "bio_complex_2024": {"applied": 11, "granted": 5},
    }
    assert (listed["applied"] == listed["applied_total"]).all()
    unlisted = rounds[(rounds["applicants"] == "unlisted") & rounds["applied_total"].notna()]
    assert unlisted[["applied_total", "granted"]].to_numpy().tolist() == [[17, 5]]


def test_what_two_provinces_share_is_one_grant(given_out):
    rows, _ = given_out
    shared = rows[rows["stage"] == "granted"].groupby(["round", "project"])["region"].agg(set)
    assert shared["bio_complex_2024", "bio_incheon_gyeonggi"] == {"incheon", "gyeonggi"}
    joint = shared["future_industry_2023"]
    assert (joint.str.len() > 1).sum() == 5
    assert (joint.str.len() == 1).sum() == 14
    assert len(set().union(*joint[joint.str.len() == 1])) == 14


def test_rows_of_a_grant_are_numbered_and_applications_lead_to_grants(given_out):
    rows, rounds = given_out
    granted = rows[rows["stage"] != "applied"]
    for _, parts in granted.groupby(["round", "project"])["part"]:
        assert sorted(parts) == list(range(1, len(parts) + 1))
    assert (rows.loc[rows["stage"] == "applied", "part"] == 1).all()
    listed = rounds.loc[rounds["applicants"] == "listed", "id"]
    asked = rows[(rows["stage"] == "applied") & rows["round"].isin(listed)].groupby(["round", "project"])
    won = granted[granted["round"].isin(listed)].groupby(["round", "project"])
    assert set(won.groups) <= set(asked.groups)  # nobody was granted what nobody applied for
    for key, part in won:
        assert set(part["region"]) == set(asked.get_group(key)["region"])
        assert set(part["technology"]) == set(asked.get_group(key)["technology"])


def test_what_was_not_granted_follows_from_the_two_lists(given_out):
    outcomes = designations.applications(*given_out)
    assert outcomes["outcome"].value_counts().to_dict() == {"not_granted": 18, "granted": 15, "open": 2}
    lost = outcomes[outcomes["outcome"] == "not_granted"].groupby("round")
    assert set(lost.get_group("strategic_complex_2023")["site_ko"]) == {
        *("고양", "화성", "남양주", "이천", "안성", "청주", "창원", "상주"), "",
    }  # fmt: skip
    assert sorted(lost.get_group("bio_complex_2024")["region"]) == ["chungbuk", *["gyeonggi"] * 3, "jeonbuk"]
    assert set(outcomes.loc[outcomes["outcome"] == "open", "region"]) == {"daegu", "gyeongbuk"}
    texts = load("regions/designations").astype(str)
    assert not texts.isin(["not_granted", "refused"]).any(axis=None)  # it is stored nowhere


def test_a_misprinted_province_is_corrected():
    key = "round == 'free_zone_2_talks' and field_en == 'Biomedicine'"
    regions_of = [load("regions/designations", values=values).query(key)["region"].item() for values in VALUES]
    assert regions_of == ["daegu", "daejeon"]


VALUES = ("printed", "corrected")


def test_technologies_and_provinces_of_rows_are_known(given_out):
    rows, rounds = given_out
    assert set(rows["technology"]) <= {*load("regions/technologies")["id"], ""}
    assert set(rows["region"]) <= set(load("regions/regions")["id"])
    names = load("labels").groupby("group")["id"].agg(set)
    assert set(rounds["kind"]) == names["round_kind"]
    assert set(rows["stage"]) <= names["award_stage"]
    assert set(designations.COMPLEXES) < set(rounds["kind"])


def test_every_step_from_words_to_grants(came):
    step = came.set_index(["technology", "region"])["step"]
    assert set(step) == set(designations.STEPS)
    chips = step["semiconductors_displays"]
    assert set(chips.index[chips == "named_granted"]) == {"gyeonggi", "chungnam"}
    assert set(chips.index[chips == "named_applied"]) == {"gwangju", "daejeon", "chungbuk"}
    assert set(chips.index[chips == "granted"]) == {"busan", "gyeongbuk"}
    assert set(chips.index[chips == "applied"]) == {"incheon", "gyeongnam"}
    assert set(step["secondary_batteries"].index[step["secondary_batteries"] == "granted"]) == {
        "ulsan", "jeonbuk", "gyeongbuk",
    }  # fmt: skip
    assert came["named"].sum() == 17
    assert (came["named"] & (came["grants"] > 0)).sum() == 7
    assert (came["grants"] > 0).sum() == 15
    # the complex at Osong is one of materials, as that for bio was not granted
    assert came.set_index(["technology", "region"]).loc[("advanced_biotechnology", "chungbuk"), "grants"] == 1


def test_every_applicant_is_shown(monkeypatch, came, given_out):
    rows, rounds = given_out
    complexes = rounds.loc[rounds["kind"].isin(designations.COMPLEXES) & (rounds["decided"] > "2022-07"), "id"]
    asked = rows[rows["round"].isin(complexes) & (rows["stage"] == "applied")]
    assert set(zip(asked["technology"], asked["region"], strict=True)) <= set(
        zip(came["technology"], came["region"], strict=True)
    )
    assert came["applications"].sum() == len(asked) == 32
    tables = []
    shown = report.Report.table
    monkeypatch.setattr(
        report.Report, "table", lambda self, frame, *more, **kw: tables.append(frame) or shown(self, frame, *more, **kw)
    )
    cells.run(monkeypatch, "regional_strategic_tech", permutations=1000)
    table = next(frame for frame in tables if "grants_of" in frame)
    sites = {place for places in table["sites_ko"].dropna() for place in places}
    expected = asked["site_ko"].mask(asked["site_ko"] == "", asked["field_ko"])
    assert sites == set(expected)
    assert table["applications"].sum() == 32


def test_what_was_decided_before_the_documents_does_not_follow_from_them(given_out):
    named = regions.record(READ, "ten").matrix("all")
    late = designations.steps(named, *given_out, "2024-06-01")
    assert set(late["technology"]) == {"advanced_biotechnology"}
    assert designations.steps(named, *given_out, "2030-01").empty
    early = designations.steps(named & False, *given_out, "2021-01", kinds=["materials_complex"])
    assert set(early["step"]) == {"granted"}
    assert len(early) == len(early.drop_duplicates(["technology", "region"]))


ROWS = st.lists(
    st.tuples(st.sampled_from(["applied", "granted"]), st.sampled_from(NAMES), st.sampled_from(["x", "y", "z", ""])),
    max_size=12,
)


@given(ROWS, st.lists(st.booleans(), min_size=6, max_size=6))
def test_nothing_is_lost_on_the_way_from_words_to_grants(rows, flags):
    named = pd.DataFrame([flags[:2], flags[2:4], flags[4:]], index=pd.Index(NAMES, name="region"), columns=["x", "y"])
    table = pd.DataFrame(rows, columns=["stage", "region", "technology"]).assign(round="r", part=1)
    table["project"] = [f"p{number}" for number in range(len(table))]
    rounds = pd.DataFrame({"id": ["r"], "kind": ["complex"], "decided": ["2023-07"]})
    found = designations.steps(named, table, rounds, "2022-07").set_index(["technology", "region"])
    inside = table[table["technology"].isin(["x", "y"])]
    assert found["applications"].sum() == (inside["stage"] == "applied").sum()
    assert found["grants"].sum() == (inside["stage"] == "granted").sum()
    for (technology, region), row in found.iterrows():
        assert row["named"] == named.at[region, technology]
        assert row["step"] in designations.STEPS
        assert row["step"].startswith("named") == row["named"]
        assert row["step"].endswith("granted") == (row["grants"] > 0)
    seen = set(inside["technology"])
    assert found["named"].sum() == sum(named[name].sum() for name in seen)


@pytest.fixture
def with_more(root, tmp_path):
    """A copy of the repository with a list of technologies and a kind of terms more, all in data/."""
    copy = shutil.copytree(root, tmp_path / "copy", ignore=shutil.ignore_patterns(*LEFT_OUT, "reports"))
    folder = copy / "data"
    tables = folder / "regions"
    full = ["2030년의 열두 가지", "Twelve technologies of 2030"]
    append(tables / "lists.csv", ["new", 3, "새 전략기술", "New technologies", *full, "2030-01", "bio_2022"])
    kept = load("regions/technologies").query("list == 'twelve' and id != 'hydrogen'")
    added = ["new", 12, "photonics", "광융합", "Photonics", "광융합", "Photonics", "bio_2022"]
    append(tables / "technologies.csv", *kept.assign(list="new").to_numpy().tolist(), added)
    mobility = load("regions/codebook").query("list == 'twelve'").assign(list="new", weak="false")
    append(tables / "codebook.csv", *mobility.to_numpy().tolist())
    append(tables / "codebook.csv", ["광융합 거점", "all", "photonics", "explicit", "false", "", "새 기술임", "new"])
    dated = ["2030년 발표", "Announcements of 2030"]
    append(tables / "kinds.csv", ["announcement", 5, "발표", "Announcement", *dated, "announcements all", "bio_2022"])
    append(tables / "terms.csv", ["gwangju_new_1", "gwangju", "bio_2022", "announcement", 1, "광융합 거점", "1쪽"])
    groups = ("strategy_source", "strategy_source_short")
    append(folder / "labels.csv", *([group, "announcements", *dated] for group in groups))
    return copy


def test_a_list_of_technologies_and_a_kind_of_terms_are_added_by_data_alone(with_more):
    assert checks.faults(with_more / "data") == []
    found = _results(
        with_more,
        by_source={"technologies": "New technologies", "source": "announcements", "language": "en"},
        own={"technologies": "new", "source": "all", "region": "gwangju"},
        before={"technologies": "ten", "source": "announcements", "region": "jeju"},
    )
    assert found["by_source"]["cells"] == found["by_source"]["technologies_covered"] == 1
    assert found["by_source"]["technologies_uncovered"] == 11
    assert found["own"]["region_alone"] == 1  # nobody else has photonics
    assert found["before"]["cells"] == 0  # which the list of ten does not hold


def _results(copy, **reports):
    """What reports of a copy with such parameters record, made by its batch."""
    entries = [
        {"notebook": "regional_strategic_tech", "name": name, "parameters": parameters | {"permutations": 1000}}
        for name, parameters in reports.items()
    ]
    (copy / "plan.yml").write_text(json.dumps({"reports": entries}), encoding="utf-8")
    command = [sys.executable, str(copy / "scripts" / "run_reports.py"), "--plan", "plan.yml", "--out", "out"]
    environment = os.environ | {"PYTHONPATH": str(copy / "src")}
    environment.pop("KR_INDUSTRY_DATA", None)
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pd.read_csv(copy / "out" / "results.csv")
    rows["report"] = rows["report"].str.partition("/")[2]
    return {name: values.set_index("result")["value"] for name, values in rows.groupby("report")}
