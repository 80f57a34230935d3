"""Measure what readers of the pages meet, against what the pages promise.

Printed are: the words of each topic's first screen (Korean words as they are set apart by spaces); sentences that stand
twice on a page; how many of the open sentences two pages share that differ only in the segment or the province they are
about, after numbers and names are masked; charts in the open and in folds; titles and sizes; and with --browser, which
needs the extra `test` and Chromium, what a phone of 360 px cuts off.

Exit codes: 0 every limit is kept; 1 some are not, each printed.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import page_measures
from page_measures import ROOT, Page

from kr_industry import at_home

WORDS = {"ko": (80, 40), "en": (120, 60)}
"""Most words of headline and findings, and of key figures and what is not known; English needs half as many again."""
DOUBLED = 0
"""Most sentences that stand twice on a page."""
SHARED = 0.5
"""Most of their open sentences that two pages on segments, or on provinces, share."""
CHARTS, CHARTS_OF_PART = 7, 4
"""Most charts in the open: on a page on a whole topic, and on one on a segment or a province."""
OFF_SCREEN = 0
"""Most charts of which a phone cuts something off."""
LETTERS = 9
"""Least height of letters in a chart on a phone, px."""
PAGE, FOLDER = 200_000, 8_000_000
"""Most bytes of a page or the index, and of the whole folder."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--folder", type=Path, default=ROOT / "reports", help="folder of the pages (default: reports/)")
    words.add_argument("--show", action="store_true", help="also print the sentences that most pages share")
    words.add_argument("--browser", action="store_true", help="also look at every chart on a phone")
    return words


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; the exit code."""
    options = parser().parse_args(arguments)
    pages, missing = page_measures.read(options.folder.resolve())
    missed = [f"{key}: there is no such page" for key in missing]
    missed += covers(pages) + doubled(pages) + shared(pages, options.show) + charts(pages)
    missed += titles(pages) + sizes(options.folder)
    if options.browser:
        missed += on_phone(pages, options.folder.resolve())
    print(f"\n{len(missed)} limits missed", *missed, sep="\n  ")
    return 1 if missed else 0


def covers(pages: list[Page]) -> list[str]:
    """Words of first screens of topics."""
    print("words of headline and findings; of key figures and what is not known")
    missed = []
    for page in (page for page in pages if page.spec.cover):
        (story, rest), limits = page.words_of_front, WORDS[page.language]
        print(f"  {page.key:40}{story:6} of {limits[0]:3}{rest:6} of {limits[1]:3}")
        if story > limits[0] or rest > limits[1]:
            missed.append(
                f"{page.key}: {story} and {rest} words on the first screen, at most {limits[0]} and {limits[1]}"
            )
        missed += [f"{page.key}: the first screen has no {part}" for part in page.lacks]
    return missed


def doubled(pages: list[Page]) -> list[str]:
    """Sentences that stand twice."""
    worst = max(pages, key=lambda page: len(page.doubled))
    print(f"sentences that stand twice on a page: at most {len(worst.doubled)} ({worst.key})")
    return [
        f"{page.key}: twice: {sentence}" for page in pages if len(page.doubled) > DOUBLED for sentence in page.doubled
    ]


def shared(pages: list[Page], show: bool) -> list[str]:
    """Sentences that two pages share."""
    print("share of open sentences that two pages have in common: mean, largest")
    missed = []
    for name, group in page_measures.groups(pages).items():
        found = page_measures.shares(group)
        mean, most, pair = page_measures.summary(found)
        print(f"  {name}, {len(group)} pages: {mean:.0%}, {most:.0%} ({' and '.join(pair)})")
        over = [f"{one} and {other}: {share:.0%} shared" for (one, other), share in found.items() if share > SHARED]
        missed += over[:10] + ([f"{name}: {len(over) - 10} more pairs share too much"] if len(over) > 10 else [])
        if show:
            print(*(f"    {count:3}  {text}" for count, text in page_measures.most_shared(group, 10)), sep="\n")
    return missed


def charts(pages: list[Page]) -> list[str]:
    """Charts in the open, and in folds."""
    print("charts in the open, in folds: pages")
    for (opened, folded), count in sorted(Counter(page.charts for page in pages).items()):
        print(f"  {opened:3}{folded:4}: {count}")
    limits = {page: CHARTS if page.whole else CHARTS_OF_PART for page in pages}
    return [
        f"{page.key}: {page.charts[0]} charts in the open, at most {most}"
        for page, most in limits.items()
        if page.charts[0] > most
    ]


def titles(pages: list[Page]) -> list[str]:
    """Titles that two pages of a language have, in the tab or at the head."""
    count = Counter((page.language, kind, title) for page in pages for kind, title in enumerate(page.titles))
    twice = [f"title of {number} pages: {title}" for (*_, title), number in count.items() if number > 1]
    print(f"titles that more than one page has: {len(twice)}")
    return twice


def sizes(folder: Path) -> list[str]:
    """Bytes of pages, of the index, and of the folder."""
    bytes_of = {path.relative_to(folder): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    htmls = {path: size for path, size in bytes_of.items() if path.suffix == ".html"}
    largest, whole = max(htmls, key=htmls.get), sum(bytes_of.values())
    print(f"largest page: {largest}, {htmls[largest]:,} bytes; the folder: {whole:,}")
    missed = [f"{path}: {size:,} bytes, at most {PAGE:,}" for path, size in htmls.items() if size > PAGE]
    return missed + ([f"the folder: {whole:,} bytes, at most {FOLDER:,}"] if whole > FOLDER else [])


def on_phone(pages: list[Page], folder: Path) -> list[str]:
    """Charts and pages of which a phone cuts something off, or whose letters are small, light and dark."""
    missed, smallest, cut, count = [], [], set(), 0
    for path, scheme, found in page_measures.in_browser([folder / f"{page.key}.html" for page in pages]):
        name = path.relative_to(folder)
        missed += [f"{name}: the page scrolls sideways"] if found["scrolls"] else []
        for number, chart in enumerate(found["charts"], start=1):
            count += scheme == "light"
            smallest.append(chart["smallest"])
            faults = [f"outside: {', '.join(chart['outside'][:5])}"] if chart["outside"] else []
            faults += ["scrolls sideways"] if chart["scrolls"] else []
            cut |= {(path, number)} if faults else set()
            faults += [f"letters of {chart['smallest']:.1f} px"] if chart["smallest"] < LETTERS else []
            missed += [f"{name}, {chart['name']}: {fault}" for fault in faults]
    print(f"charts that a phone cuts off: {len(cut)} of {count}, at most {OFF_SCREEN}")
    print(f"smallest letters in a chart on a phone: {min(smallest):.1f} px")
    return list(dict.fromkeys(missed))  # mostly the same in light and dark


if __name__ == "__main__":
    at_home(__file__)
    sys.exit(main())
