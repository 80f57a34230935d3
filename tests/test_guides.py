"""The guides to one's own data and notebooks, carried out as they are written, in a copy of the repository.

A block of bash is run; what a block without a language shows is what the command before it printed; one of diff
changes lines, any other is added at the end of the file that was named last, a notebook's blocks as cells.

Two things are as written only in part, since they take longest: of what is stale, ``make reports`` makes the reports
that the guide speaks of (``--why`` tells of the others), and data are checked once for guides that only add to them.
"""

import difflib
import re
import shlex
from dataclasses import dataclass, field

import nbformat
import pytest
from copies import Copy

REPORTS = ["bio_growth/total.ko", "photonics_trend/total.ko", "regional_strategic_tech/national.ko"]
"""The reports of the copy's plan: one of each notebook, so that it can be seen which are made again."""
BIO, PHOTONICS, REGIONS = REPORTS
RUN = [".venv/bin/python", "scripts/run_reports.py"]
CHECK = [".venv/bin/python", "scripts/check_data.py"]
MADE = {0: [], 1: [PHOTONICS], 3: [BIO], 4: [REGIONS], 5: [REGIONS], 6: ["photonics_trend/*"]}
"""The reports that a guide speaks of, none where the next guide makes them; one that is not here makes all."""
CHECKED_LATER = {0: 1, 1: 1, 4: 1, 5: 1}
"""How many of a guide's last checks are left to the check of a guide that comes later, which sees its rows too."""


@dataclass(frozen=True)
class Block:
    """A fenced block: the number of its guide, its language, the tag of a cell, the file named last, its text."""

    guide: int
    language: str
    tag: str
    file: str
    text: str

    @property
    def commands(self):
        return [shlex.split(line, comments=True) for line in self.text.splitlines()] if self.language == "bash" else []

    def without_comments(self):
        """What must be the same in both languages."""
        return self.guide, self.language, self.tag, self.file, self.commands if self.language == "bash" else self.text


def blocks(root, name):
    text = (root / "docs" / name).read_text(encoding="utf-8")
    pattern = r"^## [^\n]*$|^```(\w*) ?([\w-]*)\n(.*?)^```$|`([\w./]+\.(?:csv|yml|ipynb))`"
    guide, file, found = -1, "", []
    for match in re.finditer(pattern, text, flags=re.DOTALL | re.MULTILINE):
        language, tag, content, named = match.groups()
        if match[0].startswith("## "):
            guide, file = guide + 1, ""
        elif named:
            file = named
        else:
            found.append(Block(guide, language, tag, file, content))
    return found


@dataclass
class Guide:
    """What following one guide brought about."""

    ran: list[tuple[list[str], int, str]] = field(default_factory=list)
    """Each command with its exit code and what it printed."""
    answers: list[tuple[str, str]] = field(default_factory=list)
    """What the guide says that a command prints, and what it printed."""
    moved: list[list[str]] = field(default_factory=list)
    """After each run of reports, the lines of results.csv that are not as before it, with a sign in front."""

    why: list[dict[str, str]] = field(default_factory=list)
    """Before each run, the stale reports of the plan, and what changed."""
    pages: list[dict[str, str]] = field(default_factory=list)
    """After each run, the pages of the reports of the plan."""

    def made(self, run=0):
        """The reports that one run of the plan, or of some of its reports, made."""
        runs = [printed for command, _, printed in self.ran if " made, " in printed]
        return sorted(re.findall(r"^made (\S+)$", runs[run], flags=re.MULTILINE))


class Followed(Copy):
    """A copy in which guides are followed."""

    def __init__(self, root, folder):
        super().__init__(root, folder, REPORTS)
        self.guides = {}

    def results(self):
        return (self.root / "reports" / "results.csv").read_text(encoding="utf-8").splitlines()

    def stale(self):
        lines = self(*RUN, "--why").splitlines()
        return dict(line.split(": ", 1) for line in lines if not line.endswith(": up to date"))

    def follow(self, number, blocks):
        """Carry out the blocks of one guide, then commit."""
        guide = self.guides[number] = Guide()
        checks = sum(command == CHECK for block in blocks for command in block.commands)
        checks -= CHECKED_LATER.get(number, 0)
        for block in blocks:
            if block.language == "bash":
                for command in block.commands:
                    if command == CHECK:
                        checks -= 1
                        if checks < 0:
                            continue
                    if command == ["make", "reports"]:
                        guide.why.append(self.stale())
                        if not MADE.get(number, REPORTS):
                            continue
                        command = [*RUN, *MADE[number]] if number in MADE else command
                    before, done = self.results(), self.run(command)
                    guide.ran.append((command, done.returncode, done.stdout))
                    if " made, " in done.stdout:
                        lines = difflib.unified_diff(before, self.results(), n=0, lineterm="")
                        guide.moved.append([line for line in lines if re.match(r"[+-][a-z]", line)])
                        guide.pages.append({key: self.page(key) for key in REPORTS})
            elif block.language:
                self.write(block)
            else:
                guide.answers.append((block.text, guide.ran[-1][2]))
        self.commit()

    def write(self, block):
        path = self.root / block.file
        if block.file.endswith(".ipynb"):
            self.add_cell(path, block)
            return
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if block.language == "diff":
            old, new = ("".join(f"{line[1:]}\n" for line in block.text.splitlines() if line[0] == s) for s in "-+")
            assert text.count(old) == 1, f"{block.file} does not hold this once:\n{old}"
            text = text.replace(old, new)
        else:
            text += block.text
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def add_cell(self, path, block):
        notebook = nbformat.read(path, 4) if path.exists() else nbformat.v4.new_notebook()
        new = nbformat.v4.new_code_cell if block.language == "python" else nbformat.v4.new_markdown_cell
        tags = {"tags": [block.tag]} if block.tag else {}
        notebook.cells.append(new(block.text.strip(), metadata=tags, id=f"cell-{len(notebook.cells)}"))
        nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def written(request):
    return blocks(request.config.rootpath, "guides.md")


@pytest.fixture(scope="module")
def copy(request, tmp_path_factory, written):
    """The copy in which all guides but the last two, which start a cluster, have been followed."""
    copied = Followed(request.config.rootpath, tmp_path_factory.mktemp("guides"))
    for number in range(8):
        copied.follow(number, [block for block in written if block.guide == number])
    return copied


def test_both_languages_hold_the_same_guides(root, written):
    korean = blocks(root, "guides.ko.md")
    assert len(written) >= 20
    assert [block.without_comments() for block in korean] == [block.without_comments() for block in written]


def test_commands_print_what_the_guides_say(copy):
    answers = [answer for guide in copy.guides.values() for answer in guide.answers]
    assert len(answers) >= 5
    for said, printed in answers:
        assert [line for line in said.splitlines() if line not in printed.splitlines()] == []


def test_every_command_succeeds_but_the_check_of_the_row_that_is_wrong(copy):
    ran = [(number, *run) for number, guide in copy.guides.items() for run in guide.ran]
    failed = [(number, command[1:], code) for number, command, code, _ in ran if code]
    assert failed == [(1, ["scripts/check_data.py"], 1)]
    checks = [printed for _, command, code, printed in ran if "scripts/check_data.py" in command and not code]
    assert len(checks) == 4
    assert all("no faults" in printed and "neither corrects" not in printed for printed in checks)


def test_a_source_is_read_by_every_report_and_moves_no_number(copy):
    guide = copy.guides[0]
    why = next(printed for command, _, printed in guide.ran if "--why" in command)
    assert sorted(why.splitlines()) == [f"{key}: data/sources.csv changed" for key in REPORTS]
    assert guide.why[0].keys() == set(REPORTS)
    assert guide.ran[-1] == (["git", "diff", "--stat", "reports/results.csv"], 0, "")
    (moved,) = copy.guides[1].moved  # by the source and by the year
    assert moved
    assert not [line for line in moved if "_2022," not in line and ",audit_figures," not in line]


def test_a_year_makes_again_just_what_reads_its_table(copy):
    guide = copy.guides[1]
    assert [key for key, why in guide.why[0].items() if "data/photonics/annual.csv" in why] == [PHOTONICS]
    assert guide.why[0].keys() == set(REPORTS)
    assert guide.made() == [PHOTONICS]
    (moved,) = ({re.split("[+,-]", line, maxsplit=2)[2].split(",")[0] for line in run} for run in guide.moved)
    measures = ("sales", "employment", "firms")
    assert moved == {"audit_figures", *(f"eight_segments_{name}_growth_2022" for name in measures)}
    page = guide.pages[0]["photonics_trend/total.ko"]
    assert "2조 8,000억 원" in page
    assert "예시 문서" in page


def test_a_correction_and_another_coding_move_what_rests_on_them(copy):
    guide = copy.guides[2]
    assert guide.made() == REPORTS  # the corrections are read by all
    names = {line[1:].split(",")[0] for line in guide.moved[0]}
    assert names == {"photonics_trend/total.ko", "regional_strategic_tech/national.ko"}
    before, after = (copy.guides[number].pages[-1]["photonics_trend/total.ko"] for number in (1, 2))
    assert "2조 8,000억 원" in before
    assert "2조 8,500억 원" in after


def test_the_last_release_is_taken_out_and_put_back(copy, root, written):
    guide = copy.guides[3]
    without, put_back = guide.moved[:2]
    assert "-bio_growth/total.ko,production_growth_2024,9.823537585,percent,," in without
    assert "+bio_growth/total.ko,production_2022,234657,100 million won,," in without
    assert any(line.startswith("+bio_growth/total.ko,production_growth_2024,9.823") for line in put_back)
    assert guide.ran[-1] == (["git", "status", "--short"], 0, "")
    typed = [block for block in written if block.guide == 3 and block.language == "csv"]
    held = {block.file: (root / block.file).read_text(encoding="utf-8").splitlines() for block in typed}
    assert [line for block in typed for line in block.text.splitlines() if line not in held[block.file]] == []


def test_a_designation_counts_where_it_was_applied_for(copy):
    guide = copy.guides[4]
    moved = [line.split(",", 1)[1] for line in guide.moved[0] if line[0] == "+"]
    assert {"designations,18,complexes,,", "granted_above_one,12,choices,,"} <= set(moved)


def test_a_list_of_technologies_is_asked_for_by_its_name(copy):
    page = copy.root / "build" / "one-off" / "regional_strategic_tech" / "national.ko.technologies_example.html"
    text = page.read_text(encoding="utf-8")
    assert "예시 목록" in text
    assert "모빌리티" in text


def test_an_industry_becomes_reports_without_a_line_of_code(copy):
    guide = copy.guides[6]
    parts = [f"photonics_trend/example_parts_{name}.ko" for name in ("castings", "forgings", "total")]
    assert guide.why[0].keys() == {*REPORTS, *parts}
    assert all("data/labels.csv" in guide.why[0][key] for key in REPORTS)
    assert guide.made() == [*parts, PHOTONICS]
    assert not [line for line in guide.moved[0] if not line.startswith("+photonics_trend/example_parts_")]
    total = copy.page(parts[2])
    assert "예시 부품산업" in total
    assert "1.6%" in total  # 3,820 to 3,760
    assert "예시 문서(2020), 예시 표" in total
    assert "2,290" in copy.page(parts[0])
    changed = copy("git", "diff", "--name-only", "HEAD~2", "HEAD~1").split()
    assert [name for name in changed if name.endswith((".py", ".ipynb"))] == []
    one_off = copy.root / "build" / "one-off" / "photonics_trend" / "example_parts_total.ko.measure_firms.html"
    shown = one_off.read_text(encoding="utf-8")
    assert heading_over(copy.root / "notebooks" / "photonics_trend.ipynb", "course") in shown
    assert heading_over(copy.root / "notebooks" / "photonics_trend.ipynb", '"size_classes"') not in shown


def heading_over(notebook, code):
    """The Korean heading of the first question whose cells hold this code."""
    heading = ""
    for cell in nbformat.read(notebook, 4).cells:
        if cell.cell_type == "markdown":
            heading = cell.source.splitlines()[0].removeprefix("## ")
        elif heading and not heading.startswith("# ") and code in cell.source:
            return heading
    raise LookupError(code)


def test_a_notebook_becomes_reports_that_stand_in_the_index_and_can_be_compared(copy):
    assert copy.guides[7].made() == ["bio_share/biopharmaceuticals.en", "bio_share/biopharmaceuticals.ko"]
    index = (copy.root / "reports" / "index.html").read_text(encoding="utf-8")
    rows = [line for line in copy.results() if line.startswith("bio_share/")]
    for language, heading, compared in (
        ("en", "Which segment makes how much?", "Share of production in 2020"),
        ("ko", "어느 분야가 얼마를 생산하나", "2020년 생산 비중"),
    ):
        name = f"bio_share/biopharmaceuticals.{language}"
        assert rows.pop(0) == f"{name},production_share_2020,28.94359232,percent,,"
        assert f'href="{name}.html"' in index
        assert compared in index
        page = copy.page(name)
        assert heading in page
        assert "28.9%" in page
        assert page.count("<h2") == 2
        assert "<svg" in page
    assert not rows


def test_that_notebook_keeps_the_rules_of_the_others(copy):
    copy(".venv/bin/ruff", "check", "--no-cache", "notebooks/bio_share.ipynb")
    pytest_ = (".venv/bin/python", "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-k")
    chosen = "bio_share and not exploring"  # it need not be named where one begins to explore
    assert "passed" in copy(*pytest_, chosen, "tests/test_notebooks.py", "tests/test_words.py")


def test_a_cluster_started_as_written_gives_the_same_bytes(copy, written):
    (block,) = (block for block in written if block.guide == 8)
    *servers, run, status = block.commands
    with copy.cluster(servers, 2):
        printed = copy(*run, *(f"bio_share/biopharmaceuticals.{language}" for language in ("en", "ko")))
    assert printed.splitlines()[-1] == "2 made, 0 up to date, 0 failed"
    assert copy(*status) == ""


def test_municipalities_are_timed_as_written(copy, written):
    (entry, command) = (block for block in written if block.guide == 9)
    assert entry.text.strip() in (copy.root / "scripts" / "municipalities.py").read_text(encoding="utf-8")
    printed = copy(*command.commands[0], "--municipalities", "1", "--branches", "2")
    assert "--dask: 3 made, 0 up to date, 0 failed" in printed
    assert "--out: 0 made, 3 up to date, 0 failed" in printed
    assert "3 pages are the same without the cluster" in printed
