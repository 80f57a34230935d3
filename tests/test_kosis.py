"""Official figures from KOSIS, by a server of the test's own that answers as KOSIS does: nothing leaves the machine."""

import csv
import gzip
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from kr_industry import kosis
from kr_industry.checks import faults
from kr_industry.data import load, tables

KEY = "c2VjcmV0/key+of=nobody="
"""Nobody's key, with signs that an address has to write otherwise."""
NAMES = {"00": "전국", "24": "광주광역시", "C": "제조업(10~34)", "C27": "의료 정밀 광학기기 및 시계 제조업"}
ITEMS = {"T01": ("사업체수", "개"), "T07": ("생산액", "백만원"), "T08": ("부가가치", "백만원")}


def cell(year="2023", region="24", industry="C27", item="T07", value="1234567", **other):
    """A cell with the fields that KOSIS gives."""
    name, unit = ITEMS[item]
    return {
        "ORG_ID": "101",
        "TBL_ID": "DT_1FS1104",
        "TBL_NM": "시도/산업분류별 출하액",
        "C1": region,
        "C1_NM": NAMES[region],
        "C1_OBJ_NM": "시도별",
        "C2": industry,
        "C2_NM": NAMES[industry],
        "C2_NM_ENG": "",
        "ITM_ID": item,
        "ITM_NM": name,
        "UNIT_ID": "14STD05053",
        "UNIT_NM": unit,
        "PRD_SE": "A",
        "PRD_DE": year,
        "DT": value,
        "LST_CHN_DE": "2025-11-28",
    } | other


def cells(first=2022, last=2023):
    """Every cell of two provinces, two industries and three items, newest first."""
    return [
        cell(str(year), region, industry, item, str(year * 10 + number))
        for year in range(last, first - 1, -1)
        for region in ("24", "00")
        for industry in ("C27", "C")
        for number, item in enumerate(ITEMS)
    ]


class Slowly(NamedTuple):
    """An answer that comes a byte at a time."""

    text: bytes
    pause: float


class Server(ThreadingHTTPServer):
    """Answers each request with the next of ``answers``, the last one for ever; notes what was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = [], []
        self.address = f"http://127.0.0.1:{self.server_port}/openapi/Param/statisticsParameterData.do"


class Handler(BaseHTTPRequestHandler):
    """Bytes are sent as they are, all else as JSON; a number is a status; a function makes an answer of the request.

    What begins as gzip does is called compressed, and what comes slowly is sent a byte at a time.
    """

    def do_GET(self):
        asked = parse_qs(urlsplit(self.path).query, strict_parsing=True)
        answer = self.server.answers[min(len(self.server.asked), len(self.server.answers) - 1)]
        self.server.asked.append((self.path, asked))
        answer = answer(asked) if callable(answer) else answer
        if isinstance(answer, Slowly):
            return self.drip(answer)
        status = answer if isinstance(answer, int) else 200
        body = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
        cut = body.startswith(b"CUT")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) + 100 * cut))
        if body.startswith(b"\x1f\x8b"):
            self.send_header("Content-Encoding", "gzip")
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def drip(self, answer):
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):  # whoever asked has gone
            for byte in answer.text:
                self.wfile.write(bytes([byte]))
                time.sleep(answer.pause)
        self.close_connection = True

    def log_message(self, *_):
        pass


@contextmanager
def serving():
    """A server that runs."""
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(kosis, "PAUSES", (0, 0))
    with serving() as running:
        yield running


@pytest.fixture
def small(data_copy):
    """A copy of data/ for a retrieval, with one rule of the audit and one correction: they take longest to check."""
    for name in ("audit/relations.csv", "corrections.csv"):
        path = data_copy / name
        path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    return narrowed(data_copy)


def narrowed(folder):
    """A folder of data whose declaration asks for two provinces and two industries, from 2022 to 2023."""
    path = folder / "kosis.yml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = [f'    "{code}"' for code in [11, 21, 22, 23, 25, 26, 29, *range(31, 40)]]
    gone += [f"          {code}:" for code in ("C21", "C26", "C273", "C26121", "C28301")]
    text = "".join(line for line in lines if not line.startswith(tuple(gone)))
    path.write_text(text.replace("first: 2020\n    last: 2024", "first: 2022\n    last: 2023"), encoding="utf-8")
    return folder


@pytest.fixture
def run(root, small, server, monkeypatch, capsys, caplog):
    """The script, in this process; neither its output, nor what is logged, nor any file ever has the key."""
    monkeypatch.syspath_prepend(str(root / "scripts"))
    monkeypatch.setenv("KOSIS_API_KEY", f" {KEY}\n")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    caplog.set_level(logging.WARNING)
    from fetch_kosis import main

    def call(*answers, table="manufacturing"):
        server.answers, server.asked = list(answers), []
        code = main([table, "--data", str(small), "--address", server.address])
        out, err = capsys.readouterr()
        for text in (out, err, caplog.text, *snapshot(small).values()):
            assert not re.search("c2VjcmV0|key%2bof|nobody", str(text), re.IGNORECASE)
        return code, out, err

    return call


def snapshot(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(folder, name="kosis/manufacturing"):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_becomes_rows_with_source_and_record(run, small, server):
    code, out, err = run(cells())
    assert (code, err) == (0, "")
    assert out == "kosis/manufacturing.csv: 24 rows; 24 added, 0 changed, 0 gone\n"
    found = rows(small)
    assert [row["year"] for row in found] == ["2022"] * 12 + ["2023"] * 12
    assert [(row["region"], row["industry"], row["item"]) for row in found[:4]] == [
        ("national", "manufacturing", "establishments"),
        ("national", "manufacturing", "output"),
        ("national", "manufacturing", "value_added"),
        ("national", "instruments", "establishments"),
    ]
    assert found[1] | {"place": ""} == {
        "year": "2022", "region": "national", "industry": "manufacturing", "item": "output",
        "value": "202.21", "unit": "eok_won", "printed": "20221", "changed": "2025-11-28",
        "source": "kosis_manufacturing", "place": "",
    }  # fmt: skip
    assert found[1]["place"] == "DT_1FS1104: 생산액 / 전국 / 제조업(10~34)"
    (record,) = rows(small, "kosis/retrievals")
    assert (record["rows"], record["first"], record["last"], record["changed"]) == ("24", "2022", "2023", "2025-11-28")
    assert "itmId=T01+T07+T08&objL1=00+24&objL2=C+C27&prdSe=Y&startPrdDe=2022&endPrdDe=2023" in record["request"]
    path, asked = server.asked[0]
    assert f"?{record['request']}&apiKey=" in path
    assert asked["apiKey"] == [KEY]
    assert load("sources", small).set_index("id").loc["kosis_manufacturing", "content_date"] == "2025-11"
    assert faults(small) == []
    assert "kosis/manufacturing" in tables(small)


def test_twice_gives_the_same_bytes_in_whatever_order_cells_come(run, small):
    assert run(cells())[0] == 0
    before = snapshot(small)
    code, out, _ = run(cells()[::-1])
    assert code == 0
    assert "0 added, 0 changed, 0 gone" in out
    assert snapshot(small) == before


def test_what_is_added_changed_and_gone_is_told(run, small):
    run([each for each in cells() if (each["PRD_DE"], each["C1"], each["ITM_ID"]) != ("2023", "24", "T08")])
    again = [each for each in cells() if (each["PRD_DE"], each["C2"], each["ITM_ID"]) != ("2022", "C27", "T01")]
    for each in again:
        if (each["PRD_DE"], each["C1"], each["C2"], each["ITM_ID"]) == ("2022", "24", "C27", "T07"):
            each |= {"DT": "X", "LST_CHN_DE": "20251201"}
    code, out, _ = run(again)
    assert code == 0
    assert out.splitlines() == [
        "kosis/manufacturing.csv: 22 rows; 2 added, 1 changed, 2 gone",
        "  year=2022 region=gwangju industry=instruments item=output: "
        "value 202.21 → (none), printed 20221 → X, changed 2025-11-28 → 2025-12-01",
    ]
    assert [row["content_date"] for row in rows(small, "sources") if row["id"] == "kosis_manufacturing"] == ["2025-12"]


@pytest.mark.parametrize(
    ("printed", "value"),
    [("1,234,567", "12345.67"), ("1234500", "12345.00"), ("-120", "-1.20"), ("12.5", "0.125"), ("0", "0.00"),
     (" 7 ", "0.07"), ("-", ""), ("X", ""), ("…", ""), ("", ""), (None, ""), (1234, "12.34"), (0.1, "0.001")],
)  # fmt: skip
def test_numbers_keep_their_digits_and_signs_leave_the_cell_empty(run, small, printed, value):
    answer = cells()
    answer[1]["DT"] = printed  # 2023, Gwangju, C27, output
    assert run(answer)[0] == 0
    place = ("2023", "gwangju", "instruments", "output")
    row = next(row for row in rows(small) if (row["year"], row["region"], row["industry"], row["item"]) == place)
    assert row["value"] == value
    assert row["printed"] == ("" if printed is None else str(printed).strip())


def test_what_is_too_much_for_one_request_is_asked_for_by_years(run, small, server):
    def answer(asked):
        first, last = int(asked["startPrdDe"][0]), int(asked["endPrdDe"][0])
        if first < last:
            return {"err": "31", "errMsg": "조회결과가 40,000셀을 초과하였습니다."}
        return cells(first, last) if first == 2022 else {"err": "30", "errMsg": "데이터가 존재하지 않습니다."}

    assert run(answer)[0] == 0
    asked = [(asked["startPrdDe"], asked["endPrdDe"]) for _, asked in server.asked]
    assert asked == [(["2022"], ["2023"]), (["2022"], ["2022"]), (["2023"], ["2023"])]
    assert len(rows(small)) == 12
    assert "startPrdDe=2022&endPrdDe=2023" in rows(small, "kosis/retrievals")[0]["request"]


WRONG = [
    ({"err": "10", "errMsg": "인증KEY값이 누락되었습니다."}, 2, "누락되었습니다. (KOSIS_API_KEY was not"),
    (b'{err:"11",errMsg:"\xed\x82\xa4 ' + KEY.encode() + b'"}', 2, "error 11: 키 *** (the key has expired"),
    ({"err": "20", "errMsg": "필수요청변수값이 누락되었습니다. (objL)"}, 2, "error 20"),
    ({"err": "21", "errMsg": "잘못된 요청 변수를 호출 하였습니다."}, 2, "error 21"),
    ({"err": "30", "errMsg": "데이터가 존재하지 않습니다."}, 1, "it has no such figures"),
    ({"err": "31", "errMsg": "조회결과 초과"}, 1, "even one year has more than the 40,000 cells"),
    ({"err": "40", "errMsg": "호출가능건수 제한"}, 1, "too many requests"),
    ({"err": "77", "errMsg": "?"}, 1, "error 77: ? (not a documented error)"),
    (b"<!DOCTYPE html><html><title>Error</title></html>", 1, "it answers with a page; is http://127.0.0.1:"),
    (b'[{TBL_ID:"DT_1FS1104",DT:"1"}]', 1, "text that is not JSON"),
    (b'[{"TBL_ID": "DT_1FS1104"', 1, "text that is not JSON"),
    (b"\xff\xfe", 1, "not UTF-8"),
    ({"result": []}, 1, "not a list of cells"),
    ([], 1, "it has no such figures"),
    (503, 1, "cannot be reached: HTTP status 503, 3 times"),
    (404, 1, "HTTP status 404"),
    (302, 1, "HTTP status 302"),
    (b'CUT[{"TBL_ID": "DT_1FS1104"', 1, "cannot be reached: ChunkedEncodingError, 3 times"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "code", "message"), WRONG)
def test_what_is_no_table_is_told_and_replaces_nothing(run, small, answer, code, message):
    run(cells())
    before = snapshot(small)
    found, out, err = run(answer)
    assert (found, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    assert snapshot(small) == before


ESCAPED = "".join(f"\\u{ord(sign):04x}" for sign in KEY)
LOWER = quote(KEY, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d")


@pytest.mark.parametrize(
    "echo",
    [KEY, quote(KEY, safe=""), LOWER, quote(LOWER, safe=""), ESCAPED, KEY.replace("/", "\\/"), KEY.upper(),
     KEY.replace("+", "&#43;"), KEY.replace("=", "&#x3D;")],
)  # fmt: skip
def test_a_key_that_comes_back_is_not_told_however_it_is_written(run, echo):
    field = json.dumps([{**cells()[0], "MARK": 1}]).replace("MARK", echo).replace('"DT"', '"VALUE"')
    value = json.dumps(changed(DT="MARK")).replace("MARK", echo)
    refusal = '{"err": "11", "errMsg": "MARK"}'.replace("MARK", echo)
    for answer in (field, value, refusal):
        code, out, err = run(answer.encode())  # which looks for the key in all that is printed, logged and written
        assert code
        assert "***" in out + err


def test_an_answer_is_bounded_in_size_and_in_time(run, monkeypatch):
    monkeypatch.setattr(kosis, "LARGEST", 5000)
    assert run(json.dumps(cells()).encode())[::2] == (
        1,
        "KOSIS answers with more than 5,000 bytes; declare fewer codes or years\n",
    )
    bomb = gzip.compress(b"[" + b" " * 10_000_000)
    assert run(bomb)[::2] == (1, "KOSIS answers with something compressed, which was not asked for\n")
    monkeypatch.setattr(kosis, "LONGEST", 0.3)
    assert run(Slowly(b" " * 20, 0.05))[::2] == (1, "KOSIS has not answered in full within 0.3 seconds\n")


def test_that_there_are_no_figures_hints_at_the_period_too(run):
    for answer in ({"err": "30", "errMsg": "데이터가 존재하지 않습니다."}, []):
        assert "whether the table is yearly" in run(answer)[2]


def mixed(**units):
    """A table one of whose classes has a unit of its own."""
    item = kosis.Item(id="members", given="명", unit="persons", factor=1, units=units)
    source = kosis.Source(id="s", title="t", title_en="t", publisher="p", publisher_en="p")
    classes = [kosis.Class(column="kind", codes={"A": "people", "B": "rate"})]
    return kosis.Table(file="kosis/x.csv", org="999", table="DT_X", page="p", documented="d", first=2024, last=2024,
                       source=source, items={"T1": item}, classes=classes)  # fmt: skip


def test_identifiers_of_a_class_may_have_a_unit_of_their_own():
    table = mixed(kind={"rate": kosis.Unit(given="%", unit="percent", factor=1)})
    same = {"ORG_ID": "999", "TBL_ID": "DT_X", "TBL_NM": "", "ITM_ID": "T1", "ITM_NM": "가입", "PRD_DE": "2024"}
    people = {**same, "LST_CHN_DE": "2026-01-27", "C1": "A", "C1_NM": "인구", "UNIT_NM": "명", "DT": "120"}
    rate = {**people, "C1": "B", "C1_NM": "비율", "UNIT_NM": "%", "DT": "41.5"}
    found = kosis.rows(table, [people, rate])
    assert found[["kind", "value", "unit"]].to_numpy().tolist() == [
        ["people", "120", "persons"],
        ["rate", "41.5", "percent"],
    ]
    with pytest.raises(kosis.KosisError, match=r"비율\), UNIT_NM: '명'; expected %"):
        kosis.rows(table, [people, {**rate, "UNIT_NM": "명"}])


@pytest.mark.parametrize("units", [{"sort": {}}, {"kind": {"share": kosis.Unit(given="%", unit="percent", factor=1)}}])
def test_units_of_what_is_not_declared_are_refused(units):
    with pytest.raises(ValueError, match="item members: units name"):
        mixed(**units)


def test_what_was_transcribed_is_not_replaced(run, small):
    path = small / "kosis.yml"
    text = path.read_text(encoding="utf-8").replace("id: kosis_manufacturing", "id: photonics_2019")
    path.write_text(text, encoding="utf-8")
    before = snapshot(small)
    code, _, err = run(cells())
    assert code == 2
    assert "the source photonics_2019 is that of photonics/annual.csv; give kosis/manufacturing.csv another" in err
    assert snapshot(small) == before


def changed(**other):
    return [cells()[0] | other, *cells()[1:]]


BAD = [
    ([{"DATA" if name == "DT" else name: text for name, text in each.items()} for each in cells()],
     "its header has changed: cell 1 lacks DT and has DATA, which its manual does not know"),
    ([*cells()[:1], {k: v for k, v in cell().items() if k != "LST_CHN_DE"}], "cell 2 lacks LST_CHN_DE"),
    (changed(DT="12a"), "cell 1 (2023, 사업체수, 광주광역시, 의료 정밀 광학기기 및 시계 제조업), DT: '12a' is neither"),
    (changed(DT="12,34"), "DT: '12,34' is neither"),
    (changed(DT="NaN"), "DT: 'NaN' is neither"),
    (changed(UNIT_NM="천개"), "UNIT_NM: '천개'; expected 개"),
    (changed(TBL_ID="DT_1FS1105"), "TBL_ID: 'DT_1FS1105'; expected DT_1FS1104"),
    (changed(C1="40"), "C1: '40' was not asked for"),
    (changed(PRD_DE="202301"), "PRD_DE: '202301'; expected a year from 2022 to 2023"),
    (changed(PRD_DE="2021"), "PRD_DE: '2021'"),
    (changed(LST_CHN_DE="어제"), "LST_CHN_DE: '어제' is not a date"),
    ([each for each in cells() if each["C2"] != "C"], "no cell has C2 C; is it still the code?"),
    ([*cells(), cells()[0]], "duplicate key"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "message"), BAD)
def test_figures_with_faults_are_told_by_row_and_column_and_replace_nothing(run, small, answer, message):
    before = snapshot(small)
    code, out, err = run(answer)
    assert code == 1
    assert message in out + err
    assert snapshot(small) == before


def test_a_line_that_fails_twice_is_tried_again(run, small, server):
    assert run(503, b"CUT[", cells())[0] == 0
    assert len(server.asked) == 3
    assert len(rows(small)) == 24


def test_that_nobody_listens_is_told_without_the_address(run, small, server, monkeypatch):
    monkeypatch.setattr(server, "address", "http://127.0.0.1:9/openapi")
    code, _, err = run(cells())
    assert (code, err) == (1, "KOSIS cannot be reached: ConnectionError, 3 times\n")


def test_faults_of_the_project_s_own_checks_replace_nothing(run, small):
    path = small / "kosis.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("{id: output,", "{id: sales,"), encoding="utf-8")
    before = snapshot(small)
    code, out, _ = run(cells())
    assert code == 1
    assert "kosis/manufacturing.csv, row 3, column item: 'sales' is not known; allowed are establishments, " in out
    assert out.endswith("faults; nothing has been replaced\n")
    assert snapshot(small) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("factor: 0.01}", "factor: -1}", "factor"),
        ("first: 2022", "first: 2024", "last (2023) is before first (2024)"),
        ("first: 2022", "period: M\n    first: 2022", "period is 'M'; only yearly tables (Y) can be retrieved"),
        ('org: "101"', "org: 101", "org: Input should be a valid string (found 101)"),
        ("file: kosis/manufacturing.csv", "file: ../manufacturing.csv", "file: String should match"),
        ("    page:", "    pages: many\n    page:", "pages: Extra inputs are not permitted"),
        ("tables:", "tables: !!python/object/apply:os.getcwd []\nothers:", "not valid YAML"),
    ],
)
def test_a_wrong_declaration_is_told_before_anything_is_asked(run, small, server, old, new, message):
    path = small / "kosis.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    code, _, err = run(cells())
    assert code == 2
    assert message in err
    assert server.asked == []


def test_an_unknown_table_is_told_with_those_there_are(run, server):
    code, _, err = run(cells(), table="manufacturer")
    assert (code, server.asked) == (2, [])
    assert "no table 'manufacturer' (did you mean 'manufacturing'?); it has manufacturing, income, census\n" in err


def test_without_a_key_nothing_is_asked(run, server, monkeypatch):
    monkeypatch.setenv("KOSIS_API_KEY", "")
    code, _, err = run(cells())
    assert (code, server.asked) == (2, [])
    assert "https://kosis.kr/openapi/" in err


def test_a_retrieved_file_that_was_edited_or_lost_is_a_fault(run, small):
    run(cells())
    path = small / "kosis" / "manufacturing.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("202.21", "202.12", 1), encoding="utf-8")
    message = "kosis/manufacturing.csv: not as it was retrieved, by kosis/retrievals.csv; retrieve it again"
    assert [str(fault) for fault in faults(small)] == [message]
    path.unlink()
    assert [fault.message for fault in faults(small)] == [
        "file not found, though kosis/retrievals.csv records it; retrieve it again"
    ]
    path.write_text(text, encoding="utf-8")
    assert faults(small) == []
    (small / "kosis" / "retrievals.csv").unlink()
    assert "has no record of it" in faults(small)[0].message


def test_retrieved_figures_are_not_among_those_audited(run, small):
    from kr_industry.audit import Figures

    before = list(Figures(small).all())
    run(cells())
    assert list(Figures(small).all()) == before


def test_the_script_by_itself_has_the_exit_codes_of_the_others(root, small, server):
    def call(*arguments, **environment):
        command = [sys.executable, str(root / "scripts" / "fetch_kosis.py"), *arguments]
        known = {**os.environ, "KR_INDUSTRY_DATA": str(small), **environment}
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=known)

    server.answers = [cells()]
    good = call("manufacturing", "--address", server.address, KOSIS_API_KEY=KEY)
    assert (good.returncode, good.stderr) == (0, "")
    assert "24 added" in good.stdout
    assert call("manufacturing", KOSIS_API_KEY="").returncode == 2


def test_the_shipped_declaration_fits_the_shipped_description(root):
    from kr_industry.data import fields, retrieved
    from notebook_reports.parameters import read_yaml

    declared = read_yaml(root / "data" / "kosis.yml", kosis.Declaration).tables
    labels = load("labels").groupby("group")["id"].apply(set)
    assert list(declared) == ["manufacturing", "income", "census"]
    for table in declared.values():
        name = table.file.removesuffix(".csv")
        described = fields(name)
        assert retrieved(name)
        assert list(described) == [*table.key, "value", "unit", "printed", "changed", "source", "place"]
        for each in table.classes:
            assert set(each.codes.values()) == set(described[each.column]["constraints"]["enum"])
        assert {item.id for item in table.items.values()} == set(described["item"]["constraints"]["enum"])
        assert {item.id for item in table.items.values()} <= labels["kosis_item"]
        assert {item.unit for item in table.items.values()} == set(described["unit"]["constraints"]["enum"])
        assert {item.unit for item in table.items.values()} <= labels["unit"]
        assert table.table in table.page
        if "industry" in table.key:
            named = labels["industry"] | labels["industry_class"]
            assert set(described["industry"]["constraints"]["enum"]) <= named
    own = set(fields("regions/census")["industry"]["constraints"]["enum"])
    assert set(fields("kosis/census")["industry"]["constraints"]["enum"]) <= own
