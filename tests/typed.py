"""Data files changed as an analyst changes them: rows added, and cells typed over."""

import csv


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def append(path, *rows):
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def add(folder, table, **cells):
    """Add a row to a table, its other cells empty."""
    path = folder / f"{table}.csv"
    append(path, [cells.get(column, "") for column in read(path)[0]])


def change(folder, table, key, **cells):
    """Type other texts into the one row of a table that a key such as ``year=2019 segment=total`` selects."""
    path = folder / f"{table}.csv"
    head, *rows = read(path)
    keys = {*key.split()}
    (row,) = [row for row in rows if keys <= {f"{c}={text}" for c, text in zip(head, row, strict=True)}]
    for column, text in cells.items():
        row[head.index(column)] = text
    write(path, [head, *rows])
