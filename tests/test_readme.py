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
    made = {"build/", "build/one-off/", "build/failed/"}
    assert [path for path in paths if path not in made and not (root / path).exists()] == []


def test_every_file_of_the_top_level_is_in_the_map(root, readme):
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    top = {path.split("/")[0] for path in tracked} - {".gitignore", ".ci", "README.md", "README.ko.md"}
    assert [name for name in sorted(top) if name not in readme] == []


def test_every_module_of_the_analysis_is_in_the_map(root, readme):
    (row,) = re.findall(r"^\| `src/kr_industry/` \|.*$", readme, flags=re.MULTILINE)
    modules = {path.stem for path in (root / "src" / "kr_industry").glob("[a-z]*") if path.name != "__pycache__"}
    assert set(re.findall(r"`(\w+)`", row)) == modules


def test_the_numbers_are_the_results_of_the_reports(root, readme):
    with (root / "reports" / "results.csv").open(encoding="utf-8", newline="") as file:
        found = {(row["report"], row["result"]): row for row in csv.DictReader(file)}
    rows = {key: float(row["value"]) for key, row in found.items()}
    photonics, bio, regions = (
        f"{name}.ko" for name in ("photonics_trend/total", "bio_growth/total", "regional_strategic_tech/national")
    )
    expected = [
        f"{rows[photonics, 'sales_cagr_1999_2003']:.1f} %",
        f"{rows[photonics, 'sales_cagr_2003_2008']:.1f} %",
        f"**{100 * (1 - 23005 / 27105):.1f} %**",
        f"**{rows[photonics, 'sales_kink_year']:.1f}**",
        f"{rows[bio, 'production_growth_2020']:.1f} %",
        f"**{rows[bio, 'ivd_share_of_increase']:.1f} %**",
        f"{rows[bio, 'growth_without_ivd']:.1f} %",
        f"**{rows[regions, 'technologies_uncovered']:.0f}**",
    ]
    assert [number for number in expected if number not in readme] == []
    pairs, programmes = found[regions, "overlapping_pairs_expected"], "regional_strategic_tech/national_programmes.ko"
    expected = [
        f"**{rows[regions, 'overlapping_pairs']:.0f}**",
        f"{float(pairs['value']):.1f}",
        f"{rows[programmes, 'overlapping_pairs']:.0f}",
        f"{rows[programmes, 'overlapping_pairs_expected']:.1f}",
    ]
    assert [number for number in expected if number not in readme] == []
    assert re.search(rf"{float(pairs['low']):.0f}(~| to ){float(pairs['high']):.0f}", readme)
    assert rows[programmes, "overlap_p_value"] < 0.05 < rows[programmes, "overlap_p_value_named"]
    assert f"{rows[programmes, 'overlapping_pairs_expected_named']:.1f}" in readme
    for result in ("technologies_covered", "largest_crowd"):
        assert f"{rows[regions, result]:.0f}" in readme
    language = "ko" if "한국 전략산업" in readme else "en"
    kink, forecast = found[photonics, "sales_kink_year"], found[photonics, "forecast_sales_2019"]
    growth, bio_forecast = found[bio, "growth_without_ivd"], found[bio, "forecast_production_2021"]
    assert f"{float(growth['low']):.1f}" in readme
    assert f"{float(growth['high']):.1f} %" in readme
    assert f"{rows[bio, 'production_cagr_2016_2019']:.1f} %" in readme
    for bound in ("low", "high"):
        assert amount(float(bio_forecast[bound]), language) in readme.replace("₩11.46 to", "₩11.46 trillion to")
    for bound in ("low", "high"):
        assert f"{float(kink[bound]):.1f}" in readme
        assert amount(float(forecast[bound]), language) in readme.replace("₩1.88 to", "₩1.88 trillion to")
    assert 17 - rows[regions, "regions_without"] == 13
    reports = len({report for report, _ in rows})
    assert re.search(rf"\b{reports}(?: reports|편)", readme)


def test_the_changelog_is_dated_and_counts_the_tables(root):
    from kr_industry.data import load, retrieved, tables

    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \d{4}-\d{2}-\d{2}$", text, flags=re.MULTILINE)
    assert f"{sum(not retrieved(name) for name in tables())} tables" in text
    documents = load("sources").query("kind != '공식 통계'")  # those are not documents, but retrieved from KOSIS
    assert len(documents) == 14  # thirteen documents, as changelog and READMEs say, and the list of 2022


def test_nothing_names_a_path_of_a_machine(root):
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    texts = {path: (root / path).read_bytes() for path in tracked if (root / path).is_file()}
    home = re.compile(rb"/(?:home|root|Users)/[\w.]+")
    assert [path for path, content in texts.items() if home.search(content)] == []
