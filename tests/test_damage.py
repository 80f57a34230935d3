"""The damages of scripts/damage.py: a sample of what it makes is refused or harmless, and it sees what is not."""

import pytest

from kr_industry import DATA
from kr_industry.data import load


@pytest.fixture
def damage(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "scripts"))
    import damage

    return damage


@pytest.fixture
def bench(damage, tmp_path):
    return damage.Bench(DATA, tmp_path)


WITH_CHECKS = {"CP949", "title above", "text", "day"}
"""Kinds of which one goes through all checks here; the script does so with every kind."""


@pytest.mark.parametrize("table", ["photonics/size_classes", "corrections"])
def test_every_damage_of_some_tables_is_refused_or_harmless(bench, table):
    made = list(bench.damages(table))
    bench.checked = {each.kind.split(" '")[0] for each in made} - WITH_CHECKS
    became = {each: bench.outcome(each) for each in made}
    assert {each: outcome for each, outcome in became.items() if outcome not in ("refused", "harmless")} == {}
    harmless = {each.kind for each, outcome in became.items() if outcome == "harmless"}
    assert harmless <= {"CRLF", "mark", "Hangul decomposed", "all quoted", "last line without end", "TRUE and FALSE"}
    assert {"CP949", "semicolons", "tabs", "UTF-16"} <= {each.kind for each in made} - harmless
    assert load(table, bench.folder).equals(load(table))


def test_what_is_read_with_other_values_is_seen(bench, damage):
    held = (bench.folder / "photonics" / "size_classes.csv").read_bytes()
    other = damage.Damage(
        "photonics/size_classes", "another figure", held.replace(b",43,", b",44,").replace(b",11,", b",12,")
    )
    assert other.held != held
    assert bench.outcome(other) == "wrong"


def test_what_is_told_of_another_place_is_seen(bench, damage):
    held = (bench.folder / "regions" / "themes.csv").read_bytes()
    assert bench.outcome(damage.Damage("regions/themes", "UTF-16", held.decode().encode("utf-16"), 3)).startswith(
        "misplaced"
    )


def test_a_traceback_is_seen(bench, damage, monkeypatch):
    def broken(*_):
        raise KeyError("x")

    monkeypatch.setattr(damage, "load", broken)
    assert bench.outcome(next(bench.damages("regions/themes"))) == "traceback (KeyError: 'x')"
