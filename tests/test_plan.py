import json
import shlex
import unicodedata

import nbformat
import pytest

from notebook_reports.parameters import Declared, RequestError
from notebook_reports.plan import entry_for, in_a_name, one_off, read_plan, sample, select


@pytest.fixture
def plan_of(root, tmp_path):
    def read(text):
        path = tmp_path / "plan.yml"
        path.write_text(text, encoding="utf-8")
        return read_plan(path, root / "notebooks")

    return read


def test_the_plan_holds_what_it_promises(root):
    keys = [report.key for report in read_plan(root / "reports" / "reports.yml", root / "notebooks")]
    assert len(keys) == len(set(keys)) == 41
    assert (
        sum(key.startswith("photonics_trend/") and key.endswith(".ko") for key in keys) == 3 + 5
    )  # of a segment of two firms there is no page
    assert sum(key.startswith("bio_growth/") and key.endswith(".ko") for key in keys) == 2 + 8
    assert sum(key.startswith("regional_strategic_tech/") and key.endswith(".ko") for key in keys) == 3 + 17
    assert [key for key in keys if key.endswith(".en")] == [
        "photonics_trend/total.en", "bio_growth/total.en", "regional_strategic_tech/national.en",
    ]  # fmt: skip


def test_a_matrix_makes_every_combination_under_its_name(plan_of):
    plan = plan_of(
        "reports: [{notebook: bio_growth, name: $segment.$language, "
        "matrix: {segment: [total, 바이오식품], language: [ko, en]}}]"
    )
    assert [report.name for report in plan] == ["total.ko", "total.en", "bio_food.ko", "bio_food.en"]
    assert plan[2].parameters == {"segment": "bio_food", "language": "ko"}


def test_decomposed_hangul_in_a_plan_is_what_it_looks_like(plan_of):
    text = "reports: [{notebook: bio_growth, name: x, parameters: {segment: 바이오식품}}]"
    (report,) = plan_of(unicodedata.normalize("NFD", text))
    assert report.parameters == {"segment": "bio_food"}


def test_combinations_can_be_left_out_and_added_and_have_settings_of_their_own(plan_of):
    plan = plan_of(
        """
        reports:
          - notebook: bio_growth
            name: $segment.$measure
            parameters: {language: ko}
            matrix: {segment: [total, bio_food], measure: [production, exports]}
            exclude: [{segment: 바이오식품, measure: exports}]
            include: [{segment: bio_services, measure: exports, horizon: 2}]
            timeout: 60
            settings:
              - {where: {segment: total}, cover: true, memory: 500}
              - {where: {segment: total, measure: exports}, timeout: 90}
        """
    )
    assert {report.name: (report.timeout, report.memory, report.cover) for report in plan} == {
        "total.production": (60, 500, True),
        "total.exports": (90, 500, True),
        "bio_food.production": (60, 4096, False),
        "bio_services.exports": (60, 4096, False),
    }
    assert plan[-1].parameters == {"language": "ko", "segment": "bio_services", "measure": "exports", "horizon": 2}


def test_reports_may_be_only_included(plan_of):
    plan = plan_of(
        "reports: [{notebook: bio_growth, name: $segment, include: [{segment: total}, {segment: bio_food}]}]"
    )
    assert [report.name for report in plan] == ["total", "bio_food"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reports: []", "the plan has no reports"),
        (
            "reports: [{notebook: bio_growth, name: a, parameters: {segment: total}, exclude: [{segment: bio_food}]}]",
            r"report 1: exclude \{'segment': 'bio_food'\}: no combination of the matrix fits",
        ),
        (
            "reports: [{notebook: bio_growth, name: a, settings: [{where: {segment: total}, timeout: 5}]}]",
            r"report 1: settings where \{'segment': 'total'\}: no report of this entry fits",
        ),
        ("reports: [{notebook: bio_growth, name: a, include: [{sgment: total}]}]", "did you mean 'segment'"),
        ("reports: [{notebook: bio_growth, name: a, timeout: 0}]", "report 1 > timeout: .*greater than or equal to 1"),
        ("reports: [{notebook: bio_growth, name: a, timeout: 86401}]", "report 1 > timeout: .*86400 "),
        ("reports: [{notebook: bio_growth, name: a, memory: 63}]", "report 1 > memory: .*64 "),
        ("reports: [{notebook: bio_growth, name: a, memory: 1048577}]", "report 1 > memory: .*1048576 "),
        (
            "reports: [{notebook: bio_growth, name: a, settings: [{where: {}}, {timeout: 5}]}]",
            "report 1 > setting 2 > where: is missing$",
        ),
        ("reports: [{notebook: bio_growth, name: a}, 7]", "report 2: expected keys of .*notebook.*; found 7$"),
        (
            "reports: [{notebook: bio_growth, name: a, matrix: {segment: total}}]",
            "report 1 > matrix > segment: expected a list of values, or all; found 'total'$",
        ),
        (
            f"reports: [{{notebook: bio_growth, name: a, matrix: {{x: {list(range(400))}, y: {list(range(400))}}}}}]",
            "report 1: the matrix has more than 100000 combinations",
        ),
        ("reports: [{notebook: bio_growth, name: a, matrix: {segment: []}}]", "expected a list of values, or all"),
        (
            "reports: [{notebook: bio_growth, name: a, parameters: {horizon: .nan}}]",
            "report 1 > parameters > horizon: nan cannot be given",
        ),
        (
            f"reports: [{{notebook: bio_growth, name: a, parameters: {{segment: {'x' * 500}}}}}]",
            "parameter 'segment': 'x{78}… is not known; allowed are total, ",
        ),
        (
            "reports: [{notebook: bio_growth, name: $horizon, parameters: {horizon: [1]}}]",
            r"\[1\] is not allowed; allowed are 1 to 5",
        ),
        (
            "reports: [{notebook: bio_groth, name: a}]",
            "report 1: no notebook 'bio_groth' .*'bio_growth'.*there are bio_g",
        ),
        (
            "reports: [{notebook: ../notebooks/bio_growth, name: a}]",
            "the notebook's name .* must not .* begin with a dot",
        ),
        ("reports: [{notebook: bio_growth, name: ../../escape}]", "the name .* must not hold '/'"),
        (
            "reports: [{notebook: bio_growth, name: $segmnt, parameters: {segment: total}}]",
            r"uses \$segmnt; given here",
        ),
        ("", "plan.yml, reports: is missing"),
        ("reports: [{notebook: bio_growth, name: a, parameters: {segment: lasers}}]", "'lasers' is not known"),
        (
            "reports: [{notebook: bio_growth, name: a}, {notebook: bio_growth, name: a}]",
            "report 2: the name .* is taken",
        ),
        ("reports: [{notebook: bio_growth, nam: a}]", r"report 1: 'nam' is not known \(did you mean 'name'"),
        ("reports: 7", "reports"),
    ],
)
def test_a_bad_plan_is_refused_by_place(plan_of, text, message):
    with pytest.raises(RequestError, match=message):
        plan_of(text)


def test_a_plan_that_cannot_be_read_is_told(root, tmp_path):
    path = tmp_path / "plan.yml"
    path.write_bytes("reports: [] # 계획".encode("cp949"))
    for unreadable in (path, tmp_path):
        with pytest.raises(RequestError, match="cannot be read as UTF-8"):
            read_plan(unreadable, root / "notebooks")


def test_reports_are_chosen_by_name_or_glob(plan_of):
    plan = plan_of(
        "reports: [{notebook: bio_growth, name: $segment, matrix: {segment: [total, bio_food, bio_services]}}]"
    )
    assert [report.name for report in select(plan, ["bio_growth/bio_*"])] == ["bio_food", "bio_services"]
    assert select(plan, []) == plan
    with pytest.raises(
        RequestError, match=r"no report matches 'bio_growth/bio_fod' \(did you mean 'bio_growth/bio_food'\?\)"
    ):
        select(plan, ["bio_growth/bio_fod"])


@pytest.fixture
def plan(root):
    return read_plan(root / "reports" / "reports.yml", root / "notebooks")


@pytest.mark.parametrize("seed", ["", "a", "b", "c", "d"])
def test_a_sample_of_three_holds_every_notebook_and_language(plan, seed):
    taken = sample(plan, 3, seed)
    assert {report.notebook for report in taken} == {report.notebook for report in plan}
    assert {report.parameters["language"] for report in taken} == {"ko", "en"}


def test_a_sample_is_the_same_for_a_seed_in_the_order_of_the_plan_and_grows(plan):
    for count in range(1, len(plan)):
        taken = sample(plan, count, "seed")
        assert taken == sample(plan[::-1], count, "seed")[::-1]
        assert taken == [report for report in plan if report in taken]
        assert len(taken) == count
        assert set(taken) < set(sample(plan, count + 1, "seed"))
    assert sample(plan, len(plan) + 1, "seed") == plan


def test_samples_of_many_seeds_come_to_every_report(plan):
    seeds = [str(number) for number in range(400)]
    assert {report for seed in seeds for report in sample(plan, 1, seed)} == set(plan)


def test_all_stands_for_every_value_that_a_parameter_accepts(root, plan_of):
    plan = plan_of(
        """
        reports:
          - notebook: photonics_trend
            name: $segment.$language
            parameters: {first_year: 2008, last_year: last}
            matrix: {segment: all, language: all}
            exclude: [{segment: total, language: en}]
            settings: [{where: {segment: 광소재}, memory: 500}]
        """
    )
    assert len(plan) == 7 * 2 - 1
    held = Declared(root / "notebooks" / "photonics_trend.yml").resolve({"last_year": "last"})
    assert plan[0].parameters == {"first_year": 2008, **held, "segment": "total", "language": "ko"}
    assert [report.name for report in plan if report.memory == 500] == ["optical_materials.ko", "optical_materials.en"]


@pytest.mark.parametrize(
    ("name", "fault"), [("horizon", "has no list of values"), ("segmnt", r"is not known \(did you mean 'segment'\?\)")]
)
def test_all_needs_a_parameter_with_a_list_of_values(plan_of, name, fault):
    with pytest.raises(RequestError, match=f"report 1: photonics_trend: parameter '{name}' {fault}"):
        plan_of(f"reports: [{{notebook: photonics_trend, name: x, matrix: {{{name}: all}}}}]")


def test_a_rule_that_no_combination_could_have_is_refused(plan_of):
    with pytest.raises(RequestError, match="'lasers' is not known"):
        plan_of(
            "reports: [{notebook: photonics_trend, name: $segment, "
            "matrix: {segment: all}, exclude: [{segment: lasers}]}]"
        )


def test_a_new_entry_has_a_name_that_is_not_taken():
    def name(*taken):
        return entry_for("x", {"segment": "a", "language": "ko"}, {"segment": "total"}, taken).splitlines()[1].strip()

    assert name() == name("a.en") == "name: a.ko"
    assert name("a.ko") == "name: a_2.ko"
    assert name("a.ko", "a_2.ko") == "name: a_3.ko"


def leads(report):
    """Where the page of a report leads, and by what it differs."""
    return {link.name: (link.group, link.label) for link in report.links}


def test_a_page_leads_to_those_that_differ_in_one_parameter_and_to_the_other_language(plan_of):
    plan = plan_of(
        "reports: [{notebook: photonics_trend, name: $segment.$measure.$language, matrix: "
        "{language: [en, ko], measure: [firms, sales], segment: [optical_instruments, total, light_sources]}}]"
    )
    report = next(report for report in plan if report.name == "total.sales.ko")
    assert list(leads(report).items()) == [
        ("total.firms.ko", ("지표", "업체 수")),
        ("light_sources.sales.ko", ("분야", "광원 및 광전소자")),
        ("optical_instruments.sales.ko", ("분야", "광학기기")),
        ("total.sales.en", ("언어", "English")),
    ]
    assert [link.language for link in report.links] == ["", "", "", "en"]


def test_covers_lead_to_all_and_all_lead_to_their_cover(plan):
    reports = {report.key: report for report in plan}
    for cover in (report for report in plan if report.cover):
        own = [each for each in plan if each.notebook == cover.notebook and each is not cover]
        alike = {each.name for each in own if each.parameters["language"] == cover.parameters["language"]}
        assert set(leads(cover)) == alike | {f"{cover.name[:-3]}.{'en' if cover.name.endswith('ko') else 'ko'}"}
        assert all(cover.name in leads(reports[f"{cover.notebook}/{name}"]) for name in alike)
        titles = {link.title for name in alike for link in reports[f"{cover.notebook}/{name}"].links if link.title}
        assert len(titles) == (1 if alike else 0)


def test_links_of_the_plan_go_both_ways_to_pages_that_are_there_under_labels_of_their_own(plan):
    reports = {report.key: report for report in plan}
    for report in plan:
        labels = [(link.group, link.label) for link in report.links]
        assert len(labels) == len(set(labels))
        for link in report.links:
            other = reports[f"{report.notebook}/{link.name}"]
            assert report.cover or other.cover or report.name in leads(other)
            assert (other.parameters["language"] == report.parameters["language"]) != bool(link.language)


def test_links_that_would_be_called_the_same_say_in_what_else_they_differ(plan_of):
    plan = plan_of(
        """
        reports:
          - notebook: regional_strategic_tech
            name: $region.$source
            include: [{region: national, source: programmes}, {region: jeju, source: programmes}]
          - {notebook: regional_strategic_tech, name: cover, parameters: {region: national, source: both}, cover: true}
        """
    )
    assert leads(plan[1]) == {
        "cover": ("시·도", "전국(2022년 키워드와 시책)"),
        "national.programmes": ("시·도", "전국(2022년 7월 시책)"),
    }
    assert [link.title != "" for link in plan[1].links] == [True, False]


def test_what_is_left_out_counts_as_the_notebook_has_it(plan_of):
    plan = plan_of(
        "reports: [{notebook: bio_growth, name: $segment, include: "
        "[{segment: total}, {segment: bio_food, measure: production}, {segment: bio_services, measure: exports}]}]"
    )
    assert [list(leads(report)) for report in plan] == [["bio_food"], ["total"], []]


def test_of_more_than_forty_neighbours_only_the_cover_and_the_other_language_stay(plan_of):
    seeds = list(range(41))
    plan = plan_of(
        f"""
        reports:
          - {{notebook: regional_strategic_tech, name: cover.ko, parameters: {{seed: 99, language: ko}}, cover: true}}
          - notebook: regional_strategic_tech
            name: s$seed.$language
            matrix: {{seed: {seeds}, language: [ko, en]}}
        """
    )
    korean, english = leads(plan[1]), leads(plan[2])
    assert korean == {"cover.ko": ("시드", "99"), "s0.en": ("언어", "English")}
    assert len(english) == 41
    assert list(english.items())[:2] == [("s1.en", ("Seed", "1")), ("s2.en", ("Seed", "2"))]
    assert leads(plan[0]) == {}


def test_reports_that_differ_in_their_names_alone_do_not_lead_to_each_other(plan_of):
    plan = plan_of("reports: [{notebook: bio_growth, name: a, cover: true}, {notebook: bio_growth, name: b}]")
    assert [report.links for report in plan] == [(), ()]


@pytest.fixture
def stock(tmp_path):
    """Makes a repository of stock notebooks, and reads a plan in it."""

    class Stock:
        root = tmp_path / "stock"

        def write(self, name, source="", folder="notebooks", **metadata):
            path = self.root / folder / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            cells = [nbformat.v4.new_markdown_cell(f"# 제목 {name}")]
            cells += [nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})] if source else []
            nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)

        def plan(self, text):
            path = self.root / "reports" / "reports.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return read_plan(path, self.root / "notebooks")

    return Stock()


@pytest.mark.parametrize(
    ("notebook", "name", "key"),
    [
        ("01-Analysis", "Report", "01-Analysis/Report"),
        ("sub/x", "$region", "sub/x/광주"),
        ("지역보고서", "$region판", "지역보고서/광주판"),
        ("Q&A #1 (new)", "100% ${region}.v1", "Q&A #1 (new)/100% 광주.v1"),
        ("a", "é'β-ü", "a/é'β-ü"),
    ],
)
def test_notebooks_and_reports_are_named_in_any_script_and_stand_in_folders(stock, notebook, name, key):
    stock.write(notebook, "region = '서울'")
    entry = f'reports: [{{notebook: "{notebook}", name: "{name}", parameters: {{region: 광주}}}}]'
    for text in (entry, unicodedata.normalize("NFD", entry)):
        (report,) = stock.plan(text)
        assert (report.key, report.parameters) == (key, {"region": "광주"})
        assert report.source == f"notebooks/{notebook}.ipynb"
        assert shlex.split(report.command) == ["notebook-reports", "run", key, "--force"]
        assert select([report], [key]) == select([report], [unicodedata.normalize("NFD", key)]) == [report]


@pytest.mark.parametrize(
    "name",
    ["", ".hidden", "..", "a/b", "/a", "a\\b", "a:b", "a*", "a?", "a\"b", "a<b", "a>b", "a|b", "a\x07", "a\nb", "a\x7f",
     "con", "CON.ko", "lpt1", "a.", " a", "a ", "x" * 101, "가" * 74, "a\u202eb", "a\u2028b"],
)  # fmt: skip
def test_names_that_some_system_cannot_hold_are_refused_wherever_they_stand(stock, name):
    stock.write("x", "region = '서울'")
    for fields in ({"notebook": "x", "name": name}, {"notebook": name, "name": "x"}, {"notebook": f"x/{name}"}):
        if fields == {"notebook": "a/b", "name": "x"}:
            continue
        entry = ", ".join(f"{key}: {json.dumps(value)}" for key, value in ({"name": "x"} | fields).items())
        with pytest.raises(RequestError, match=r"report 1: the (notebook's )?name .* must not|report 1: no notebook"):
            stock.plan(f"reports: [{{{entry}}}]")
    with pytest.raises(RequestError, match=r"report 1: the name .* must not"):
        stock.plan(f"reports: [{{notebook: x, name: $region, parameters: {{region: {json.dumps(name)}}}}}]")


@pytest.mark.parametrize(
    ("first", "second"),
    [("x/Report", "x/report"), ("x/Straße", "x/STRASSE"), ("X/a", "x/b"), ("a/b.html/c", "a/b"),
     ("x.svg/x/c", "X.SVG/y"),     ("index.html/a", "x/b"), ("Results.csv/a", "x/b"),
     ("manifest.json/a", "x/b"), ("a/É", "a/é")],
)  # fmt: skip
def test_names_that_some_system_takes_for_one_are_refused(stock, first, second):
    entries = []
    for notebook, _, name in (key.rpartition("/") for key in (first, second)):
        stock.write(notebook)
        entries.append(f"{{notebook: {notebook}, name: {name}}}")
    with pytest.raises(RequestError, match=r"report [12]: .* are one on some systems"):
        stock.plan(f"reports: [{', '.join(entries)}]")


def test_a_notebook_whose_name_differs_in_its_letters_alone_is_not_taken(stock):
    stock.write("Bio")
    stock.write(unicodedata.normalize("NFD", "광주"))
    for name in ("bio", "광주"):
        with pytest.raises(RequestError, match=f"no notebook '{name}' in .* in other letters"):
            stock.plan(f"reports: [{{notebook: {name}, name: a}}]")


def test_of_a_notebook_that_is_not_there_the_others_are_listed(stock):
    for name in ("a", "sub/01 b", ".ipynb_checkpoints/c"):
        stock.write(name)
    with pytest.raises(
        RequestError, match=r"no notebook 'sub/01 B' .*'sub/01 b', in other letters.*there are a, sub/01 b$"
    ):
        stock.plan("reports: [{notebook: sub/01 B, name: a}]")
    with pytest.raises(RequestError, match=r"no notebook 'nowhere/a' in .*there are a, sub/01 b$"):
        stock.plan("reports: [{notebook: nowhere/a, name: a}]")


def test_what_a_plan_says_of_all_reports(stock):
    stock.write("x", folder="papers")
    plan = stock.plan(
        "preload: [numpy, scipy.stats]\ncheck: checks.data.refuse\nelsewhere: {data: FIGURES, data/raw: RAW_FIGURES}\n"
        "title: Bread\nnotebooks: papers\ncommand: make report\nreports: [{notebook: x, name: a}]"
    )
    assert plan.title.en == "Bread"
    assert (plan.preload, plan.check) == (("numpy", "scipy.stats"), "checks.data.refuse")
    assert (plan.elsewhere, plan.notebooks) == ({"data": "FIGURES", "data/raw": "RAW_FIGURES"}, "papers")
    assert (plan[0].source, plan[0].command) == ("papers/x.ipynb", "make report x/a --force")
    stock.write("x")
    plan = stock.plan("reports: [{notebook: x, name: a}]")
    assert (plan.preload, plan.check, plan.elsewhere, plan.notebooks, plan.title) == ((), "", {}, "notebooks", None)
    stock.write("y", "n = 1", folder=".")
    (plan,) = stock.plan("notebooks: .\nreports: [{notebook: y, name: a, parameters: {n: 2}}]")
    assert (plan.source, plan.parameters) == ("y.ipynb", {"n": 2})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("preload: numpy", "preload: "),
        ("preload: [numpy, os; rm]", "preload 2: "),
        ("check: print", "check: "),
        ("check: os.system('x')", "check: "),
        ("elsewhere: {../data: X}", r"elsewhere > ../data: '../data' is no folder of the repository"),
        ("elsewhere: {data: A-B}", "elsewhere > data: "),
        ("notebooks: /tmp", "notebooks: '/tmp' is no folder of the repository"),
        ("notebooks: a/../..", "notebooks: .* is no folder of the repository"),
        ('command: "a\\nb"', "command: "),
        ("prelod: [numpy]", r"yml: 'prelod' is not known \(did you mean 'preload'\?\)"),
    ],
)
def test_what_is_wrong_at_the_top_of_a_plan_is_told(stock, line, message):
    stock.write("x")
    with pytest.raises(RequestError, match=message) as caught:
        stock.plan(f"{line}\nreports: [{{notebook: x, name: a}}]")
    assert "_Plan" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "reports:\n- notebook: x\n  name: a\n  name: b",
            "line 4, column 3: not valid YAML: the key 'name' stands twice",
        ),
        ("[" * 100_000, "line 1, column 51: not valid YAML: more than 50 levels"),
        ("- " * 100_000, "more than 50 levels"),
        ("{a: " * 100_000, "more than 50 levels"),
        ("a: &a [1]\nb: &b [*a, *a]\nreports: [*b]", r"line 2, .*\*a stands in a part that is named &b"),
        ("reports: &a [*a]", r"\*a stands in a part that is named &a itself"),
        ("reports: [\x07]", "not valid YAML: .*control characters"),
        (f"reports: [{{notebook: x, name: {'9' * 5000}}}]", "not valid YAML: .*limit"),
        (
            "reports: [{notebook: x, name: a, parameters: {n: !!set {a}}}]",
            "report 1 > parameters > n: .* cannot be given",
        ),
        ("? [a]\n: 1", "not valid YAML: found unhashable key"),
    ],
)
def test_a_file_that_is_not_to_be_read_is_refused_and_no_crash(stock, text, message):
    stock.write("x", "n = None")
    with pytest.raises(RequestError, match=message) as caught:
        stock.plan(text)
    assert len(str(caught.value)) < 600


def test_parts_of_a_plan_may_repeat_others(stock):
    stock.write("x", "a = 1\nb = 2")
    plan = stock.plan(
        "reports:\n- {notebook: x, name: a, parameters: &both {a: 3, b: 4}}\n"
        "- {notebook: x, name: b, parameters: {<<: *both, b: 5}}"
    )
    assert [report.parameters for report in plan] == [{"a": 3, "b": 4}, {"a": 3, "b": 5}]


def test_values_of_every_kind_reach_a_notebook_without_a_declaration(stock):
    stock.write("x", "tags = []\nrange = {}\nday = ''\nlimit = None\nrate: float = 1\nbold = False")
    (report, *others) = stock.plan(
        """
        reports:
          - notebook: x
            name: all
            parameters: {tags: [a, [1, null]], range: {low: 1}, day: 2020-01-05, limit: 2.5, rate: 2, bold: true}
          - notebook: x
            name: $tags $bold $limit
            matrix: {tags: [[a, b], [c]], bold: [true]}
            parameters: {limit: null}
          - notebook: x
            name: $tags
            matrix: {tags: [[x], [y]]}
            exclude: [{tags: [y]}]
            settings: [{where: {tags: [x]}, timeout: 5}]
        """
    )
    told = {
        "tags": ["a", ["1", None]],
        "range": {"low": 1},
        "day": "2020-01-05",
        "limit": 2.5,
        "rate": 2.0,
        "bold": True,
    }
    assert report.parameters == told | {"tags": ["a", [1, None]]}
    assert [other.name for other in others] == ["a_b true none", "c true none", "x"]
    assert others[-1].timeout == 5
    assert len(sample([report, *others], 2, "")) == 2
    assert {link.name for link in others[0].links} == {"c true none"}
    stock.write("y", "language = []")
    plan = stock.plan('reports: [{notebook: y, name: "l$language", matrix: {language: [[a], [b, c]]}, cover: true}]')
    assert [link.label for report in plan for link in report.links] == ["b, c", "a"]


@pytest.mark.parametrize("told", [{"language": "R"}, {}])
def test_a_notebook_in_a_language_without_its_kernel_is_refused_by_name(stock, told):
    stock.write("x", "a <- 1", kernelspec={"name": "no-such-kernel", "display_name": "R"} | told)
    with pytest.raises(RequestError, match=r"report 1: notebook 'x': .*no-such-kernel"):
        stock.plan("reports: [{notebook: x, name: a}]")


def test_a_notebook_in_a_language_whose_kernel_is_there_takes_any_value(stock, monkeypatch):
    stock.write("x", "a <- 1", kernelspec={"name": "ir", "language": "R", "display_name": "R"})
    monkeypatch.setattr("notebook_reports.execute.kernel_fault", lambda path: "")
    (report,) = stock.plan("reports: [{notebook: x, name: a, parameters: {a: [1, b]}}]")
    assert report.parameters == {"a": [1, "b"]}


@pytest.mark.parametrize(
    ("change", "value", "name"),
    [
        ("bold=TRUE", True, "bold_true"),
        ("horizon=-5", -5, "horizon_-5"),
        ("rate=-0.5", -0.5, "rate_-0_5"),
        ("note=Hello, 세계! A/B", "Hello, 세계! A/B", "note_hello_세계_a_b"),
        ("note=true", "true", "note_true"),
        ("note=", "", "note"),
        ("tags=[a, 2]", ["a", 2], "tags_a_2"),
        ("limit=2020", 2020, "limit_2020"),
        ("limit=null", None, "limit_null"),
        ("limit='5'", "5", "limit_5"),
        ('limit=[1.0e+16, "a\\tb\\u007f"]', [1e16, "a\tb\x7f"], None),
        ("note=" + "가" * 300, "가" * 300, None),
        (unicodedata.normalize("NFD", "note=광주"), "광주", "note_광주"),
    ],
)
def test_a_one_off_takes_texts_under_a_safe_name_and_tells_how_to_make_it_again(stock, change, value, name):
    stock.write("x", "bold = False\nhorizon = 3\nrate = 0.5\nnote = ''\ntags = []\nlimit = None")
    plan = stock.plan("reports: [{notebook: x, name: a b, cover: true}, {notebook: x, name: c}]")
    (made,) = one_off(plan[:1], [change], stock.root)
    parameter = change.partition("=")[0]
    assert made.parameters == {parameter: value}
    assert type(made.parameters[parameter]) is type(value)
    assert name is None or made.name == f"a b.{name}"
    assert len(made.name.encode()) < 220
    assert (made.cover, made.links) == (False, ())
    *command, again = shlex.split(made.command)
    assert command == ["notebook-reports", "run", "x/a b", "--set"]
    assert one_off(plan[:1], [again], stock.root)[0].parameters == made.parameters


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("bold", "--set 'bold': expected NAME=VALUE"),
        ("bolt=true", r"--set: x: parameter 'bolt' is not known \(did you mean 'bold'\?\); allowed are bold, horizon"),
        ("bold=Maybe so", "parameter 'bold': 'Maybe so' is not allowed; allowed are true, false"),
        ("horizon=--5", "'--5' is not allowed; allowed are any whole number"),
        ("horizon=1.5", "'1.5' is not allowed; allowed are any whole number"),
    ],
)
def test_a_one_off_that_is_not_allowed_is_refused_by_what_was_given(stock, change, message):
    stock.write("x", "bold = False\nhorizon = 3")
    plan = stock.plan("reports: [{notebook: x, name: a}]")
    with pytest.raises(RequestError, match=message):
        one_off(plan, [change], stock.root)


def test_a_long_text_in_a_name_is_cut_and_still_its_own():
    first, second = (in_a_name("x" * 99 + end) for end in "ab")
    assert first != second
    assert len(first) < 61


def test_links_lead_to_addresses_and_not_to_names(stock):
    stock.write("x", "region = ''")
    plan = stock.plan('reports: [{notebook: x, name: "$region #1?", matrix: {region: [서울, 50%]}}]'.replace("?", ""))
    assert [link.address for report in plan for link in report.links] == [
        "50%25%20%231.html",
        "%EC%84%9C%EC%9A%B8%20%231.html",
    ]
    assert [(link.group, link.label) for link in plan[0].links] == [("region", "50%")]
