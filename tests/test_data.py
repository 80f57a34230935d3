"""The figures that the project ships: cells of the sources, totals, and that no file is left undescribed."""

import json
import re
import shutil
import unicodedata

import pandas as pd
import pytest

from kr_industry import DATA
from kr_industry.data import DataError, Tables, load, load_all, tables, texts
from kr_industry.labels import labels


def test_table_3_is_as_printed():
    annual = load("photonics/annual").query("place == '표 3'").set_index("year")
    assert list(annual.index) == [1999, 2003, 2008, 2012, 2013, 2014, 2015, 2016, 2017, 2018]
    assert list(annual["sales"]) == [1136, 3234, 13079, 25904, 27105, 23626, 22507, 21471, 22705, 23005]
    assert list(annual["employment"]) == [1896, 2834, 6018, 8242, 8445, 6799, 6925, 7133, 7513, 7584]
    assert list(annual["firms"]) == [47, 190, 327, 360, 360, 306, 288, 273, 276, 280]
    assert annual.loc[2018, ["sales_growth", "employment_growth", "firms_change"]].tolist() == [1.3, 0.9, 4]


@pytest.mark.parametrize(
    ("table", "key", "column", "expected"),
    [
        ("photonics/segment_firms", (2017, "optical_materials"), "growth", 47.4),
        ("photonics/segment_firms", (2016, "total"), "firms", 273),
        ("photonics/segment_sales", (2018, "light_sources", "whole"), "sales", 9301),
        ("photonics/segment_sales", (2019, "light_sources", "whole"), "sales", 9205),
        ("photonics/segment_sales", (2017, "optical_instruments", "parenthesised"), "share", 41.3),
        ("photonics/sales", (2019, "whole"), "sales", 25278),
        ("photonics/employment", (2019, "parenthesised"), "employment", 6384),
        ("photonics/size_classes", (2018, "sales_100_up"), "share", 15.4),
        ("bio/segments", (2020, "bio_medical_devices", "bio_survey_2020"), "production", 38795),
        ("bio/segments", (2020, "bio_environment", "bio_survey_2020"), "exports_growth", -82.3),
        ("bio/segments", (2019, "total", "bio_survey_2020"), "exports", 65414),
        ("bio/budgets", ("bio_health_rnd", 2025), "budget", 4),
        ("bio/education", ("all_industries", "masters"), "share", 3.9),
    ],
)
def test_cells_are_as_printed(table, key, column, expected):
    package = json.loads((DATA / "datapackage.json").read_text())
    keys = next(r["schema"]["primaryKey"] for r in package["resources"] if r["path"] == f"{table}.csv")
    assert load(table).set_index(keys).at[key, column] == expected


@pytest.mark.parametrize(
    ("table", "identifier", "expected"),
    [
        ("photonics/figures", "korea_photonics_sales_2018", 79.2),
        ("photonics/figures", "programme_money_total", 8447),
        ("bio/figures", "diagnostics_increase_2020", 27782),
        ("bio/figures", "workforce_2020", 53546),
        ("regions/figures", "gwangju_photonics_groups", 11),
        ("regions/benchmarks", "baden_wuerttemberg_rnd_share_of_gdp", 4.8),
        ("regions/benchmarks", "silicon_valley_gdp", 6000),
    ],
)
def test_figures_of_the_prose(table, identifier, expected):
    assert load(table).set_index("id").at[identifier, "value"] == expected
    topic, _, name = table.partition("/")
    assert name != "figures" or Tables(topic).figure(identifier) == expected


def test_parts_add_up_to_the_printed_totals_where_the_source_does():
    sales = load("photonics/segment_sales").query("coverage == 'whole'")
    for year in (2017, 2018, 2019):
        rows = sales[sales["year"] == year].set_index("segment")["sales"]
        assert rows.drop("total").sum() == rows["total"]
    firms = load("photonics/segment_firms")
    for _, rows in firms.groupby("year"):
        counts = rows.set_index("segment")["firms"]
        assert counts.drop("total").sum() == counts["total"]


def test_tables_3_and_7_agree_on_total_sales():
    annual = load("photonics/annual").set_index("year")["sales"]
    total = load("photonics/sales").query("coverage == 'whole'").set_index("year")["sales"]
    assert all(annual[year] == total[year] for year in range(2014, 2019))


def test_keywords_are_21_and_cover_every_province():
    keywords = load("regions/terms").query("kind == 'keyword'")
    assert len(keywords) == 21
    assert set(keywords["region"]) == set(load("regions/regions")["id"])
    twice = keywords.groupby("region").size().loc[lambda n: n == 2].index
    assert set(twice) == {"gangwon", "jeonbuk", "jeonnam", "jeju"}


def test_no_airport_counts_as_aerospace_and_no_light_in_tourism_as_photonics():
    codebook = load("regions/codebook")
    assert set(codebook.loc[codebook["term"].str.contains("공항"), "technology"]) == {"other"}
    assert set(codebook.loc[codebook["term"].str.contains("관광|방사광"), "technology"]) == {"other"}
    assert not codebook["technology"].str.contains("photonic").any()


def test_borders_are_symmetric_and_jeju_has_none():
    borders = set(load("regions/neighbours")[["region", "neighbour"]].itertuples(index=False, name=None))
    assert borders == {(b, a) for a, b in borders}
    assert not any("jeju" in pair for pair in borders)


def test_no_two_provinces_share_a_tile():
    tiles = load("regions/regions")[["tile_row", "tile_column"]]
    assert not tiles.duplicated().any()


def test_web_page_stamps_are_not_content_dates():
    read = load("sources").query("rating == 'document'")
    assert len(read) > 10
    assert not read["content_date"].str.startswith("2024").any()  # the year in which the pages were stamped


def test_every_file_of_figures_names_source_and_place():
    for table in tables():
        frame = load(table)
        if table not in {
            "audit/precision",
            "audit/relations",
            "audit/unchecked",
            "corrections",
            "industries",
            "releases",
            "sources",
            "labels",
            "regions/regions",
            "regions/neighbours",
            "regions/themes",
            "regions/codebook",
            "regions/nearest",
            "regions/comparisons",  # its figures have theirs in benchmarks
        }:
            assert "source" in frame.columns, table


def test_tables_that_nobody_has_retrieved_are_described_and_left_out(data_copy):
    described = {resource["path"] for resource in json.loads((data_copy / "datapackage.json").read_text())["retrieved"]}
    assert {"kosis/manufacturing.csv", "kosis/income.csv", "kosis/retrievals.csv"} <= described
    shutil.rmtree(data_copy / "kosis", ignore_errors=True)
    assert not [name for name in tables(data_copy) if name.startswith("kosis/")]
    with pytest.raises(DataError, match="file not found"):
        load("kosis/income", data_copy)


def test_numbers_keep_their_printed_decimals():
    """Rounding is evidence: 77 and 77.0 are different statements, so cells are compared as text."""
    rows = texts("bio/segments").set_index(["year", "segment"]).to_dict("index")
    assert rows["2020", "bio_environment"]["production_growth"] == "77"
    assert rows["2019", "bio_resources"]["production_share"] == "1"
    assert rows["2020", "total"]["exports_share"] == "100"


# The segment table of the bio article as it stands in the source, its column breaks lost.
GLUED = {
    "biopharmaceuticals": "42,24633.450,62928.919.826,06639.832,51932.524.8",
    "bio_food": "39,90331.542,14624.15.624,08536.824,19624.20.5",
    "bio_medical_devices": "10,4388.238,79522.2271.77,34311.229,92029.9307.5",
    "bio_chemicals_energy": "18,56114.721,12412.113.81,2051.83,1823.2164.1",
    "bio_services": "12,5199.918,09910.344.66,0899.39,7309.759.8",
    "bio_equipment": "1,1050.91,9361.175.24050.64920.521.5",
    "bio_environment": "5570.49860.6776010△82.3",
    "bio_resources": "1,25711,2110.7△3.72160.31180.1△45.4",
}
TOTALS = (126_586, 174_923, 65_414, 100_158)  # production and exports, 2019 and 2020, as the prose prints them
AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})*")
SHARE = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.\d)?")
GROWTH = re.compile(r"△?(?:0|[1-9]\d{0,2})(?:\.\d)?")


def _splits(text: str, patterns: tuple) -> list[tuple[str, ...]]:
    """All ways of cutting a text into pieces that match the patterns in turn."""
    if not patterns:
        return [()] if not text else []
    return [
        (text[:end], *rest)
        for end in range(1, len(text) + 1)
        if patterns[0].fullmatch(text[:end])
        for rest in _splits(text[end:], patterns[1:])
    ]


def _holds(a: float, share_a: str, b: float, share_b: str, growth: str, totals: tuple[float, float]) -> bool:
    """Whether printed shares and growth can come from amounts rounded to a unit."""
    for amount, share, total in ((a, share_a, totals[0]), (b, share_b, totals[1])):
        half = 0.5 * 10 ** -len(share.partition(".")[2])
        low, high = 100 * (amount - 0.5) / (total + 0.5), 100 * (amount + 0.5) / (total - 0.5)
        if not low - half <= float(share) <= high + half:
            return False
    printed = float(growth.replace("△", "-"))
    half = 0.5 * 10 ** -len(growth.partition(".")[2])
    low, high = 100 * ((b - 0.5) / (a + 0.5) - 1), 100 * ((b + 0.5) / max(a - 0.5, 1e-9) - 1)
    return low - half <= printed <= high + half


def _candidates(text: str) -> list[tuple[str, ...]]:
    half = (AMOUNT, SHARE, AMOUNT, SHARE, GROWTH)
    found = []
    for parts in _splits(text, half + half):
        a, b, c, d = (float(parts[i].replace(",", "")) for i in (0, 2, 5, 7))
        if _holds(a, parts[1], b, parts[3], parts[4], TOTALS[:2]) and _holds(
            c, parts[6], d, parts[8], parts[9], TOTALS[2:]
        ):
            found.append(parts)
    return found


@pytest.mark.parametrize("segment", GLUED)
def test_column_breaks_of_the_bio_table_are_the_only_possible_ones(segment):
    candidates = _candidates(GLUED[segment])
    assert len(candidates) == 1
    rows = texts("bio/segments").set_index(["year", "segment"]).to_dict("index")
    first, last = rows["2019", segment], rows["2020", segment]
    shipped = [first["production"], first["production_share"], last["production"], last["production_share"]]
    shipped += [last["production_growth"], first["exports"], first["exports_share"], last["exports"]]
    shipped += [last["exports_share"], last["exports_growth"]]
    assert shipped == [part.replace(",", "").replace("△", "-") for part in candidates[0]]


def test_columns_of_the_bio_table_add_up_within_rounding():
    rows = load("bio/segments").set_index(["year", "segment"])
    for column, year, total in zip(
        ("production", "production", "exports", "exports"), (2019, 2020) * 2, TOTALS, strict=True
    ):
        parts = rows.loc[year, column]
        assert parts["total"] == total
        assert abs(parts.drop("total").sum() - total) <= 4.5  # eight parts and a total, each rounded to a unit


def test_total_row_of_the_bio_table_splits_into_the_totals_of_the_prose():
    glued = "126,586100174,92310038.265,414100100,15810053.1"
    half = (AMOUNT, SHARE, AMOUNT, SHARE, GROWTH)
    wanted = ("126,586", "100", "174,923", "100", "38.2", "65,414", "100", "100,158", "100", "53.1")
    fitting = [
        parts
        for parts in _splits(glued, half + half)
        if tuple(float(parts[i].replace(",", "")) for i in (0, 2, 7)) == (TOTALS[0], TOTALS[1], TOTALS[3])
        and all(parts[i] == "100" for i in (1, 3, 6, 8))
    ]
    assert fitting == [wanted]


def test_a_missing_table_is_named():
    with pytest.raises(DataError, match=r"photonics/anual: no such table.*photonics/annual"):
        load("photonics/anual")


def test_text_in_a_number_column_is_named_with_row_and_column(data_copy):
    path = data_copy / "photonics" / "annual.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",13079,", ",many,"), encoding="utf-8")
    with pytest.raises(DataError, match=r"photonics/annual.csv, row \d+, column sales: 'many' is not a whole number"):
        load("photonics/annual", data_copy)


def test_a_wrong_header_is_named(data_copy):
    path = data_copy / "bio" / "education.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("degree,share", "degree,part"), encoding="utf-8")
    with pytest.raises(
        DataError, match=r"bio/education.csv, row 1, column share: wrong header; expected .*degree, sha"
    ):
        load("bio/education", data_copy)


def test_truth_values_that_excel_writes_are_what_they_were(data_copy):
    path = data_copy / "regions" / "codebook.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",true", ",TRUE").replace(",false", ",FALSE"), encoding="utf-8")
    assert "TRUE" in path.read_text(encoding="utf-8")
    assert load("regions/codebook", data_copy).equals(load("regions/codebook"))
    path.write_text(text.replace(",false", ",no", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"regions/codebook.csv, row \d+, column \w+: 'no' is not true or false"):
        load("regions/codebook", data_copy)


def test_decomposed_hangul_is_read_as_syllables(data_copy):
    path = data_copy / "labels.csv"
    path.write_text(unicodedata.normalize("NFD", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert load("labels", data_copy).equals(load("labels"))
    assert texts("labels", data_copy).equals(texts("labels"))


@pytest.mark.parametrize("held", [b"\xff\xfea", b"id;ko;en\n", b"", "광주".encode("cp949"), b"id\r"])
def test_a_file_of_industries_that_cannot_be_read_is_an_error_of_the_data(data_copy, held):
    (data_copy / "industries.csv").write_bytes(held)
    for asked in (tables, lambda folder: load("industries", folder), lambda folder: load("half/annual", folder)):
        with pytest.raises(DataError, match=r"industries\.csv"):
            asked(data_copy)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"resources": [{}]}', '{"resources": 1}'])
def test_a_broken_description_is_an_error_of_the_data(tmp_path, text):
    (tmp_path / "datapackage.json").write_text(text)
    with pytest.raises(DataError, match=r"datapackage.json: not a description of tables"):
        tables(tmp_path)


def test_a_correction_that_its_column_cannot_hold_is_told_at_the_correction(data_copy):
    path = data_copy / "corrections.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",9205,9795,", ",9205,about,"), encoding="utf-8")
    with pytest.raises(DataError, match=r"corrections.csv, row 2, column corrected: 'about' is not a whole number"):
        load("photonics/segment_sales", data_copy, "corrected")


def test_an_unknown_figure_is_named():
    with pytest.raises(DataError, match="no figure 'nothing'"):
        Tables("bio").figure("nothing")


def test_types_follow_the_description():
    frame = load("photonics/segment_firms")
    assert str(frame["firms"].dtype) == "Int64"
    assert str(frame["growth"].dtype) == "float64"
    assert pd.isna(frame.set_index(["year", "segment"]).at[(2017, "optical_communication"), "growth"])
    assert load("regions/codebook")["weak"].dtype == bool


def test_a_table_handed_out_may_be_changed_without_harm(data_copy):
    numbers, cells = load("photonics/annual", data_copy), texts("photonics/annual", data_copy)
    numbers.loc[0, "sales"], cells.loc[0, "sales"] = 0, "0"
    load("photonics/annual", data_copy)["sales"].array[0] = 0
    assert load("photonics/annual", data_copy).at[0, "sales"] == 1136
    assert texts("photonics/annual", data_copy).at[0, "sales"] == "1136"


def test_a_table_is_what_its_file_holds_now(data_copy):
    path = data_copy / "photonics" / "annual.csv"
    written = path.read_text(encoding="utf-8")
    for sales in (1136, 1137, 1136):
        path.write_text(written.replace(",1136,", f",{sales},"), encoding="utf-8")
        assert load("photonics/annual", data_copy).at[0, "sales"] == sales


def test_all_tables_of_a_topic_are_loaded():
    tables = load_all("bio/", values="corrected")
    assert "bio/survey" in tables
    assert all(name.startswith("bio/") for name in tables)
    assert tables["bio/segments"].equals(load("bio/segments", values="corrected"))


def test_a_topics_tables_come_by_year_with_the_documents_that_they_are_from():
    read = Tables("photonics")
    assert read("annual")["year"].is_monotonic_increasing
    assert read.has("segment_sales")
    assert not read.has("nothing")
    assert read.documents("sales", "nothing", "employment") == ["photonics_2019"]
    assert read.figure("nothing", default=3.0) == 3.0
    printed, corrected = (Tables("photonics", values)("size_classes") for values in ("printed", "corrected"))
    assert printed.shape == corrected.shape


def test_names_of_all_groups_stand_together_and_a_group_may_have_another_name():
    named = labels(segment="photonics_segment").groupby("group")["id"].agg(list)
    assert named["segment"] == named["photonics_segment"]
    assert "gwangju" in named["region"]
    assert [len(named[group]) for group in ("technology_ten", "technology_twelve")] == [10, 12]
    assert not labels().duplicated(["group", "id"]).any()
