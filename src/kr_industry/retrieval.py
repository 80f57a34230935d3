"""What a retrieval from KOSIS writes: rows, their source and a record of the request; and what moved since the last."""

import hashlib
from pathlib import Path

import pandas as pd

from kr_industry.data import fields, retrieved, tables, texts
from kr_industry.kosis import KosisRefusal, Table

RECORDS = "kosis/retrievals"
"""The table of records."""


def files(table: Table, rows: pd.DataFrame, title: str, folder: Path) -> dict[str, str]:
    """Texts of the files that change below a data folder, by name, in the order in which they are to be replaced.

    Nothing in them depends on when the figures were retrieved: dates are those on which KOSIS last changed them.
    ``rows`` are those of :func:`kr_industry.kosis.rows`, ``title`` is the name of the table at KOSIS. KosisRefusal
    where its source is that of figures that were transcribed: what is retrieved stands beside them.
    """
    for name in (name for name in tables(folder) if not retrieved(name, folder) and "source" in fields(name, folder)):
        if table.source.id in set(texts(name, folder)["source"]):
            raise KosisRefusal(
                f"kosis.yml: the source {table.source.id} is that of {name}.csv; give {table.file} another"
            )
    text = rows.to_csv(index=False, lineterminator="\n")
    last = rows["changed"].max()
    source = table.source.model_dump() | {
        "author": "",
        "author_en": "",
        "content_date": last[:7],
        "date_evidence": f"KOSIS가 적은 최종수정일(LST_CHN_DE) {last}",
        "kind": "공식 통계",
        "rating": "official_table",
        "quotes": "",
        "address": table.page,
    }
    record = {
        "source": table.source.id,
        "file": table.file,
        "table": f"{table.org}/{table.table}",
        "title": title,
        "first": rows["year"].min(),
        "last": rows["year"].max(),
        "request": table.request(table.first, table.last),
        "rows": str(len(rows)),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "changed": last,
    }
    sources = _with(texts("sources", folder), "id", source)
    there = (folder / f"{RECORDS}.csv").is_file()
    records = texts(RECORDS, folder) if there else pd.DataFrame(columns=list(fields(RECORDS, folder)))
    return {"sources.csv": sources, table.file: text, f"{RECORDS}.csv": _with(records, "source", record)}


def _with(frame: pd.DataFrame, key: str, row: dict[str, str]) -> str:
    """A table as CSV in which a row takes the place of the one with its key, or comes last."""
    places = frame.index[frame[key] == row[key]]
    frame.loc[places[0] if len(places) else len(frame)] = pd.Series(row)
    return frame.to_csv(index=False, lineterminator="\n")


def moved(table: Table, rows: pd.DataFrame, folder: Path) -> tuple[dict[str, int], list[str]]:
    """How many rows are added, changed and gone since the last retrieval, and what changed, a line a row: old → new."""
    path = folder / table.file
    old = pd.read_csv(path, dtype=str, keep_default_na=False) if path.is_file() else rows.head(0)
    if list(old.columns) != list(rows.columns):
        old = rows.head(0)
    before, after = (frame.set_index(table.key, drop=False).to_dict("index") for frame in (old, rows))
    lines = []
    for key in before.keys() & after.keys():
        changes = [
            f"{column} {text or '(none)'} → {after[key][column] or '(none)'}"
            for column, text in before[key].items()
            if text != after[key][column]
        ]
        if changes:
            place = " ".join(f"{column}={text}" for column, text in zip(table.key, key, strict=True))
            lines.append(f"{place}: {', '.join(changes)}")
    added, gone = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    return {"added": added, "changed": len(lines), "gone": gone}, sorted(lines)


def unlike_records(folder: Path) -> list[tuple[str, str]]:
    """Retrieved files that are not as their records say, each with what is wrong: edited by hand, or half replaced."""
    there = {path.relative_to(folder).as_posix(): path for path in folder.glob("kosis/*.csv")}
    known = there.pop(f"{RECORDS}.csv", None)
    records = {row.file: row.sha256 for row in texts(RECORDS, folder).itertuples()} if known else {}
    wrong = []
    for name in sorted({*there, *records}):
        if name not in there:
            wrong.append((name, f"file not found, though {RECORDS}.csv records it; retrieve it again"))
        elif name not in records:
            wrong.append((name, f"{RECORDS}.csv has no record of it; retrieve it with scripts/fetch_kosis.py"))
        elif hashlib.sha256(there[name].read_bytes()).hexdigest() != records[name]:
            wrong.append((name, f"not as it was retrieved, by {RECORDS}.csv; retrieve it again"))
    return wrong
