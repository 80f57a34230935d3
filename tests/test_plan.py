import unicodedata

import pytest

from notebook_reports.parameters import Declared, RequestError
from notebook_reports.plan import entry_for, read_plan, sample, select


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
        ("reports: [{notebook: bio_growth, name: a, timeout: 0}]", "reports > 0 > timeout"),
        ("reports: [{notebook: bio_groth, name: a}]", "report 1: no notebook 'bio_groth'"),
        ("reports: [{notebook: ../notebooks/bio_growth, name: a}]", "no notebook"),
        ("reports: [{notebook: bio_growth, name: ../../escape}]", "must be lower-case letters"),
        ("reports: [{notebook: bio_growth, name: a..b}]", "must be lower-case letters"),
        (
            "reports: [{notebook: bio_growth, name: $segmnt, parameters: {segment: total}}]",
            r"uses \$segmnt; given here",
        ),
        ("", "the file is empty; expected reports"),
        ("reports: [{notebook: bio_growth, name: a, parameters: {segment: lasers}}]", "'lasers' is not known"),
        (
            "reports: [{notebook: bio_growth, name: a}, {notebook: bio_growth, name: a}]",
            "report 2: the name .* is taken",
        ),
        ("reports: [{notebook: bio_growth, nam: a}]", "reports > 0"),
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


@pytest.mark.parametrize("name", ["horizon", "segmnt"])
def test_all_needs_a_parameter_with_a_list_of_values(plan_of, name):
    with pytest.raises(RequestError, match=f"report 1: photonics_trend: parameter '{name}' has no list of values"):
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
