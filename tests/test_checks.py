"""Bad data: each fault is told with file, row and column, and what was expected."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from kr_industry import checks
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
        ("photonics/annual.csv", "stage_1,3234", "stage_1,much",
         "photonics/annual.csv, row 3, column sales: 'much' is not a whole number"),
        ("photonics/annual.csv", "stage_1,3234", "stage_1,-5",
         "photonics/annual.csv, row 3, column sales: -5 is out of range; expected at least 0"),
        ("photonics/annual.csv", "2003,", "1999,",
         "photonics/annual.csv, row 3: duplicate key: the same as in the row at position 2"),
        ("photonics/segment_sales.csv", "2017,light_sources,whole", "2017,lasers,whole",
         "photonics/segment_sales.csv, row 3, column segment: 'lasers' has no name in labels.csv (group photonics_"),
        ("photonics/segment_firms.csv", "firms,share", "firms,part",
         "photonics/segment_firms.csv, row 1, column share: wrong header; expected the columns year, segment"),
        ("bio/education.csv", "bio_2022", "bio_2202",
         "bio/education.csv, row 2, column source: 'bio_2202' is not in sources.csv"),
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
    (data_copy / "bio" / "education.csv").rename(data_copy / "bio" / "output.csv")
    assert [str(fault) for fault in faults(data_copy)] == [
        "bio/education.csv: file not found, though datapackage.json lists it",
        "bio/output.csv: file is not described in datapackage.json; add it there or remove it",
    ]


def test_a_broken_description_is_told(data_copy):
    path = data_copy / "datapackage.json"
    package = json.loads(path.read_text())
    package["resources"][0]["schema"]["fields"][0]["type"] = "nonsense"
    path.write_text(json.dumps(package))
    assert faults(data_copy)[0].file == "datapackage.json"
    del package["resources"][0]["schema"]["fields"][0]["type"]
    path.write_text(json.dumps(package))
    assert faults(data_copy)[0].file == "datapackage.json"
    package["resources"][0]["schema"]["fields"][0]["type"] = "string"
    keyed = next(each for each in package["resources"] if "foreignKeys" in each["schema"])
    keyed["schema"]["foreignKeys"][0]["reference"]["resource"] = "nothing"
    path.write_text(json.dumps(package))
    (fault,) = faults(data_copy)
    assert str(fault).startswith("datapackage.json: ValueError: a key of ")
    path.unlink()
    assert "file not found" in faults(data_copy)[0].message


def test_a_fault_is_told_once_and_in_words_that_help(data_copy):
    path = data_copy / "bio" / "education.csv"
    original = path.read_bytes()
    path.write_bytes(original + b"\n")
    assert [str(fault) for fault in faults(data_copy)] == ["bio/education.csv, row 8: the row is blank; remove it"]
    path.write_bytes(original.decode().encode("cp949", errors="ignore"))
    assert [str(fault) for fault in faults(data_copy)] == [
        "bio/education.csv, row 2: it is not UTF-8 but perhaps CP949 (ANSI); in a spreadsheet, save it as "
        '"CSV UTF-8 (comma delimited)"'
    ]
    path.write_bytes(original.splitlines(keepends=True)[0])
    assert [str(fault) for fault in faults(data_copy)] == ["bio/education.csv: the table has a header and no rows"]


def test_bytes_that_are_not_utf_8_are_told_of_their_file_alone(data_copy):
    path = data_copy / "regions" / "terms.csv"
    path.write_bytes(path.read_bytes() + "late,서울\n".encode("cp949"))
    (fault,) = faults(data_copy)
    assert str(fault).startswith("regions/terms.csv, row ")


@pytest.mark.parametrize("damage", ["id;ko\n", "sep=,\n", "표 3\n", "", "\n\n", "\0\0", '"'])
@pytest.mark.parametrize(
    "name", ["industries", "labels", "corrections", "sources", "regions/regions", "audit/relations"]
)
def test_no_file_stops_the_checks(data_copy, name, damage):
    (data_copy / f"{name}.csv").write_text(damage, encoding="utf-8")
    assert {fault.file for fault in faults(data_copy)} == {f"{name}.csv"}


@pytest.mark.parametrize(
    ("file", "column", "text", "message"),
    [
        ("sources", "content_date", "2019-02-30", "is no day, month or year"),
        ("sources", "content_date", "2019-13", "breaks the rule"),
        ("sources", "content_date", "0000", "is no day, month or year"),
        ("releases", "published", "2020-11-31", "is no day, month or year"),
        ("regions/figures", "period", "2014-2012", "nor a period from one year to a later one"),
        ("photonics/stages", "last_year", "1990", "is before first_year"),
        ("corrections", "printed", "17", "stale: "),
        ("corrections", "corrected", "about", "'about' is not a"),
        ("corrections", "file", "photonics/nothing.csv", "there is no table"),
        ("corrections", "column", "nothing", "has no column 'nothing'"),
        ("disagreements", "used", "17", "stale: "),
        ("disagreements", "key", "year=1066", "selects 0 rows"),
        ("disagreements", "file", "photonics/nothing.csv", "no such table"),
    ],
)
def test_what_cannot_be_is_told_at_its_own_place(data_copy, file, column, text, message):
    from kr_industry.data import texts

    rows = texts(file)
    at = rows.index[rows[column] != ""][0]
    rows.loc[at, column] = text
    rows.to_csv(data_copy / f"{file}.csv", index=False)
    (fault,) = faults(data_copy)
    assert (fault.file, fault.row) == (f"{file}.csv", at + 2)
    assert fault.column in (None, column)
    assert message in fault.message


def test_an_industry_without_tables_is_told(data_copy):
    path = data_copy / "industries.csv"
    *_, last = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        path.read_text(encoding="utf-8") + last.replace("photonics,", "nowhere,", 1) + "\n", encoding="utf-8"
    )
    (fault,) = faults(data_copy)
    assert str(fault).startswith("industries.csv, row 3, column id: 'nowhere' has no tables in a folder nowhere/")


def test_what_a_spreadsheet_saves_as_utf_8_is_read(data_copy):
    from kr_industry.data import load

    for name in ("labels", "bio/education"):
        path = data_copy / f"{name}.csv"
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert faults(data_copy) == []
    assert load("bio/education", data_copy).equals(load("bio/education"))


def _check(root, *arguments):
    command = [sys.executable, str(root / "scripts" / "check_data.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_script_exits_1_and_2(root, data_copy, tmp_path):
    """That it exits 0 where all is well is seen with the commands of the README."""
    _replace(data_copy / "bio/education.csv", "5.5", "about 5")
    bad = _check(root, data_copy)
    assert bad.returncode == 1
    assert "data/bio/education.csv, row 2, column share: 'about 5' is not a number" in bad.stdout
    assert _check(root, tmp_path / "nowhere").returncode == 2


@pytest.mark.parametrize("script", ["check_data.py", "run_reports.py", "verify_reports.py", "damage.py"])
def test_a_copied_folder_is_not_taken_for_the_one_that_is_installed(root, tmp_path, script):
    copy = shutil.copytree(root / "scripts", tmp_path / "copy" / "scripts")
    command = [sys.executable, str(copy / script), "--help"]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"stands in {tmp_path / 'copy'}, but the environment that runs it is that of {root}" in done.stderr
    assert f"Remove {tmp_path / 'copy' / '.venv'} and run make." in done.stderr


def test_data_that_passed_are_checked_again_only_when_they_change(data_copy, tmp_path, monkeypatch):
    passed, asked = tmp_path / "build" / "checked", []
    monkeypatch.setattr(checks, "faults", lambda folder: asked.append(folder) or [])
    for _ in range(2):
        checks.refuse_faults(data_copy, passed)
    assert asked == [data_copy]
    _replace(data_copy / "bio/education.csv", "5.5", "about 5")
    monkeypatch.undo()
    before = passed.read_text()
    with pytest.raises(ValueError, match=r"^data/bio/education\.csv, row 2, column share: 'about 5' is not a number$"):
        checks.refuse_faults(data_copy, passed)
    assert passed.read_text() == before


def test_the_batch_refuses_such_data_and_leaves_the_index_alone(root, data_copy, tmp_path):
    path, out = data_copy / "photonics" / "annual.csv", tmp_path / "reports"
    path.write_bytes(path.read_bytes().replace(b",", b";"))
    command = [sys.executable, str(root / "scripts" / "run_reports.py"), "photonics_trend/total.ko", "--out", str(out)]
    environment = {**os.environ, "KR_INDUSTRY_DATA": str(data_copy)}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "photonics/annual.csv, row 1, column year: wrong header" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (out / "index.html").exists()
