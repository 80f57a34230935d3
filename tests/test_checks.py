"""Bad data: each fault is told with file, row and column, and what was expected."""

import json
import subprocess
import sys

import pytest

from kr_industry.checks import faults


def test_the_shipped_data_have_no_fault():
    assert faults() == []


def _replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("photonics/annual.csv", "2008,stage_2,13079", "2008,stage_2,much",
         "photonics/annual.csv, row 4, column sales: 'much' is not a whole number"),
        ("photonics/annual.csv", "2003,stage_1,3234", "2003,stage_1,-5",
         "photonics/annual.csv, row 3, column sales: -5 is out of range; expected at least 0"),
        ("photonics/annual.csv", "2012,stage_3", "2008,stage_3",
         "photonics/annual.csv, row 5: duplicate key: the same as in the row at position 4"),
        ("photonics/segment_sales.csv", "2017,light_sources,whole", "2017,lasers,whole",
         "photonics/segment_sales.csv, row 3, column segment: 'lasers' has no name in labels.csv (group photonics_"),
        ("photonics/segment_firms.csv", "firms,share", "firms,part",
         "photonics/segment_firms.csv, row 1, column share: wrong header; expected the columns year, segment"),
        ("bio/production.csv", "bio_2022", "bio_2202",
         "bio/production.csv, row 2, column source: 'bio_2202' is not in sources.csv"),
        ("bio/education.csv", "doctorate,5.5,", "doctorate,,",
         "bio/education.csv, row 2, column share: the cell is empty, a value is required"),
        ("bio/education.csv", "doctorate,5.5,", "doctorate,5,5,",
         "bio/education.csv, row 2: the row has more cells than the 5 columns"),
        ("regions/terms.csv", ",인공지능,", ",인공지능이라,",
         "regions/terms.csv, row 2, column term: '인공지능이라' is not in regions/codebook.csv"),
        ("regions/benchmarks.csv", ",kotra_it_center,", ",kotra_it_centre,",
         "regions/benchmarks.csv, row 3, column entity: 'kotra_it_centre' has no name in labels.csv"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_told_by_place(data_copy, file, old, new, message):
    _replace(data_copy / file, old, new)
    assert any(str(fault).startswith(message) for fault in faults(data_copy)), faults(data_copy)


def test_a_missing_and_an_unlisted_file_are_told(data_copy):
    (data_copy / "bio" / "production.csv").rename(data_copy / "bio" / "output.csv")
    assert [str(fault) for fault in faults(data_copy)] == [
        "bio/output.csv: file is not described in datapackage.json; add it there or remove it",
        "bio/production.csv: file not found, though datapackage.json lists it",
    ]


def test_a_broken_description_is_told(data_copy):
    path = data_copy / "datapackage.json"
    package = json.loads(path.read_text())
    package["resources"][0]["schema"]["fields"][0]["type"] = "nonsense"
    path.write_text(json.dumps(package))
    assert faults(data_copy)[0].file == "datapackage.json"
    path.unlink()
    assert "file not found" in faults(data_copy)[0].message


def test_a_fault_is_told_once_and_in_words_that_help(data_copy):
    path = data_copy / "bio" / "production.csv"
    original = path.read_bytes()
    path.write_bytes(original + b"\n")
    assert [str(fault) for fault in faults(data_copy)] == ["bio/production.csv, row 7: the row is blank; remove it"]
    path.write_bytes(original.decode().encode("cp949", errors="ignore"))
    assert [str(fault) for fault in faults(data_copy)] == [
        "bio/production.csv: not UTF-8, perhaps saved by a spreadsheet as cp949; save it as CSV UTF-8"
    ]
    path.write_bytes(original.splitlines(keepends=True)[0])
    assert [str(fault) for fault in faults(data_copy)] == ["bio/production.csv: the table has a header and no rows"]


def test_what_a_spreadsheet_saves_as_utf_8_is_read(data_copy):
    from kr_industry.data import load

    for name in ("labels", "bio/production"):
        path = data_copy / f"{name}.csv"
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert faults(data_copy) == []
    assert load("bio/production", data_copy).equals(load("bio/production"))


def _check(root, *arguments):
    command = [sys.executable, str(root / "scripts" / "check_data.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_script_exits_0_1_and_2(root, data_copy, tmp_path):
    good = _check(root)
    assert good.returncode == 0
    assert "no faults" in good.stdout
    _replace(data_copy / "bio/production.csv", "92611", "about 9")
    bad = _check(root, data_copy)
    assert bad.returncode == 1
    assert "data/bio/production.csv, row 2, column production: 'about 9' is not a whole number" in bad.stdout
    assert _check(root, tmp_path / "nowhere").returncode == 2
