import pytest

from notebook_reports.parameters import Declared, RequestError, check_parameters


@pytest.fixture
def photonics(root):
    return root / "notebooks" / "photonics_trend.yml"


@pytest.mark.parametrize("spelling", ["optical_communication", "광통신", "Optical communication"])
def test_a_choice_takes_the_identifier_or_either_name(photonics, spelling):
    assert Declared(photonics).resolve({"segment": spelling}) == {"segment": "optical_communication"}


def test_a_choice_may_be_listed_in_two_files(root):
    path = root / "notebooks" / "regional_strategic_tech.yml"
    assert Declared(path).resolve({"region": "전국"}) == {"region": "national"}
    assert Declared(path).resolve({"region": "광주"}) == {"region": "gwangju"}


def test_a_number_may_come_as_text(photonics):
    assert Declared(photonics).resolve({"first_year": "2003"}) == {"first_year": 2003}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"segment": "광통"}, r"photonics_trend: parameter 'segment': '광통' is not known \(did you mean '광통신'\?\)"),
        ({"segment": "lasers"}, "allowed are total, optical_communication, light_sources"),
        (
            {"segmnt": "total"},
            r"parameter 'segmnt' is not known \(did you mean 'segment'\?\); allowed are measure, segment",
        ),
        ({"first_year": 1066}, "1066 is out of range; allowed are 1999 to 2013"),
        ({"first_year": "soon"}, "'soon' is not a whole number"),
        ({"first_year": 2003.5}, "2003.5 is not a whole number"),
        ({"first_year": True}, "True is not a whole number"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(photonics, values, message):
    with pytest.raises(RequestError, match=message):
        Declared(photonics).resolve(values)


def test_a_notebook_gets_its_parameters_as_attributes(photonics):
    p = check_parameters(photonics, segment="광소재", language="en")
    assert (p.segment, p.language) == ("optical_materials", "en")


@pytest.mark.parametrize("notebook", ["photonics_trend", "bio_growth", "regional_strategic_tech"])
def test_every_parameter_has_help_in_both_languages(root, notebook):
    for parameter in Declared(root / "notebooks" / f"{notebook}.yml").content.parameters.values():
        assert parameter.help.ko
        assert parameter.help.en


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: [", "not valid YAML"),
        ("title: {ko: a, en: b}\ndescription: {ko: a, en: b}\nparameters: {x: {type: colour}}", "parameters > x"),
        ("title: {ko: a}\n", "title > en: Field required"),
        ("!!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_a_bad_declaration_is_told_by_place(tmp_path, text, message):
    path = tmp_path / "x.yml"
    path.write_text(text)
    with pytest.raises(RequestError, match=message):
        Declared(path)


def test_a_file_of_choices_may_come_from_a_spreadsheet_or_be_told_as_wrong(tmp_path):
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "x.yml"
    path.write_text(
        "title: {ko: a, en: b}\ndescription: {ko: a, en: b}\n"
        "parameters: {x: {type: choice, help: {ko: a, en: b}, listed: [{file: choices.csv}]}}"
    )
    choices = tmp_path / "choices.csv"
    choices.write_bytes("\ufeffid,ko,en\r\none,하나,One\r\n".encode())
    assert Declared(path).resolve({"x": "하나"}) == {"x": "one"}
    choices.write_bytes("id,ko,en\none,하나,One\n".encode("cp949"))
    with pytest.raises(RequestError, match=r"choices.csv: cannot be read as UTF-8"):
        Declared(path).resolve({"x": "one"})
    choices.write_text("id,name\none,One\n")
    with pytest.raises(RequestError, match=r"choices.csv: no column en, ko"):
        Declared(path).resolve({"x": "one"})
    choices.unlink()
    with pytest.raises(RequestError, match=r"choices.csv: cannot be read"):
        Declared(path).resolve({"x": "one"})


def test_a_missing_declaration_is_told(tmp_path):
    with pytest.raises(RequestError, match=r"x.yml: file not found"):
        Declared(tmp_path / "x.yml")
