"""What the READMEs say is so: paths exist, numbers are the results of the reports."""

import csv
import re
import subprocess

import pytest

from notebook_reports.korean import amount

READMES = ["README.md", "README.ko.md"]


@pytest.fixture(params=READMES)
def readme(request, root):
    return (root / request.param).read_text(encoding="utf-8")


def test_every_path_exists(root, readme):
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    named = re.findall(r"`([\w.-]+(?:/[\w.-]*)*)`", readme)
    paths = links + [name for name in named if "/" in name or name.endswith((".txt", ".toml", ".md", ".cff", ".csv"))]
    assert len(paths) > 30
    made = {"build/", "build/one-off/", "build/failed/", "build/warnings/"}
    assert [path for path in paths if path not in made and not (root / path).exists()] == []


def test_every_file_of_the_top_level_is_in_the_map(root, readme):
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    top = {path.split("/")[0] for path in tracked} - {".gitignore", ".ci", "README.md", "README.ko.md"}
    assert [name for name in sorted(top) if name not in readme] == []


def test_every_module_of_the_analysis_is_in_the_map(root, readme):
    (row,) = re.findall(r"^\| `src/kr_industry/` \|.*$", readme, flags=re.MULTILINE)
    unlisted = {"__pycache__", "py.typed"}
    modules = {path.stem for path in (root / "src" / "kr_industry").glob("[a-z]*") if path.name not in unlisted}
    assert set(re.findall(r"`(\w+)`", row)) == modules


def test_the_numbers_are_the_results_of_the_reports(root, readme):
    with (root / "reports" / "results.csv").open(encoding="utf-8", newline="") as file:
        found = {(row["report"], row["result"]): row for row in csv.DictReader(file)}
    rows = {key: float(row["value"]) for key, row in found.items()}
    photonics, bio, regions = (
        f"{name}.ko" for name in ("photonics_trend/total", "bio_growth/total", "regional_strategic_tech/national")
    )
    language = "ko" if "한국 전략산업" in readme else "en"
    growth = {year: rows[bio, f"production_growth_{year}"] for year in range(2020, 2025)}
    expected = [f"{abs(rate):.1f} %" for rate in growth.values()]
    assert [year for year, rate in growth.items() if rate < 0] == [2023]
    expected += [
        amount(rows[bio, "production_2024"], language).replace(" trillion", ""),
        f"{rows[bio, 'ivd_share_of_increase']:.1f} %",
        f"{rows[bio, 'exports_growth_without_ivd_least']:.1f} %",
        f"{rows[bio, 'growth_without_ivd_most']:.1f} %",
        f"{max(value for (report, name), value in rows.items() if report == bio and '_revision_' in name):.1f} %",
        f"{100 * ((25400 / 1136) ** (1 / 11) - 1):.1f} %",
        f"**{100 * (24787 / 21471 - 1):.1f} %**",
        f"{100 * (1 - 21471 / 27105):.1f} %",
        f"{rows[photonics, 'eight_segments_sales_growth_2020']:.1f} %",
        f"**{-rows[photonics, 'eight_segments_sales_growth_2021']:.1f} %**",
        f"**{rows[regions, 'technologies_covered']:.0f}**",
        f"**{rows[regions, 'overlapping_pairs']:.0f}**",
        f"{rows[regions, 'overlapping_pairs_expected']:.1f}",
        *(f"{rows[regions, name]:.0f}" for name in ("named", "applied_of_named", "granted", "granted_above_one")),
        f"**{rows[regions, 'granted_of_named']:.0f}**",
    ]
    assert [number for number in expected if number not in readme] == []
    kink = found[photonics, "sales_kink_year"]
    assert [
        f"{float(kink[name]):.1f}" for name in ("value", "low", "high") if f"{float(kink[name]):.1f}" not in readme
    ] == []
    assert rows[regions, "overlap_p_value"] > 0.05
    assert 17 - rows[regions, "regions_without"] == 13
    reports = len({report for report, _ in rows})
    assert re.search(rf"\b{reports}(?: reports|편)", readme)


def test_the_changelog_is_dated_and_counts_the_tables(root):
    from kr_industry.data import retrieved, tables

    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \d{4}-\d{2}-\d{2}$", text, flags=re.MULTILINE)
    assert f"{sum(not retrieved(name) for name in tables())} tables" in text


def test_nothing_names_a_path_of_a_machine(root):
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    texts = {path: (root / path).read_bytes() for path in tracked if (root / path).is_file()}
    home = re.compile(rb"/(?:home|root|Users)/[\w.]+")
    assert [path for path, content in texts.items() if home.search(content)] == []
