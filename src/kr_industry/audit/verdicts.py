"""A verdict for every printed figure, every relation and every claim."""

import math
from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product

import pandas as pd

from kr_industry import DATA
from kr_industry.audit import relations
from kr_industry.audit.cells import Figure, Pattern, figure_of
from kr_industry.audit.figures import Figures
from kr_industry.audit.localise import LIMIT, Conflict, Suspect, localise
from kr_industry.audit.network import Network, on_zero
from kr_industry.audit.relations import Interval, Model, Relation, naming
from kr_industry.audit.scope import tied
from kr_industry.audit.system import System
from kr_industry.data import content, tables

VERIFIED, ROUNDED, CONTRADICTED, UNCHECKED = VERDICTS = ("verified", "within_rounding", "contradicted", "unchecked")
"""Recomputed from other figures a figure comes out as printed; does so within the rounding of those figures;
cannot stand beside the other figures; cannot be recomputed from the sources."""

_ALONG = ("status", "indicator_ko", "indicator_en")
"""Columns that a figure takes along from its row."""


@dataclass(frozen=True)
class Audit:
    """Verdicts on figures, relations and claims, and the conflicts behind those that do not hold.

    Attributes
    ----------
    figures : pandas.DataFrame
        One row a printed figure, indexed by its id: ``table``, ``row`` (from 0), ``key``, ``column``, ``printed``
        (text), ``unit``, ``verdict``, for unchecked ones ``why_ko`` and ``why_en``, and from its row, where it has
        them, ``status``, ``indicator_ko``, ``indicator_en``.
    relations : pandas.DataFrame
        One row a relation: ``rule``, ``file``, ``row``, ``result``, ``low`` and ``high`` (what the other figures
        make of the result), ``verdict``.
    claims : pandas.DataFrame
        The rows of claims.csv with ``printed``, ``low``, ``high`` and ``verdict``.
    conflicts : tuple of Conflict
        Contradictions, each with the least sets of figures that may be wrong.
    """

    figures: pd.DataFrame
    relations: pd.DataFrame
    claims: pd.DataFrame
    conflicts: tuple[Conflict, ...]

    def counts(self, topic: str = "") -> dict[str, int]:
        """How many figures have each verdict, in the tables whose names begin with ``topic``."""
        chosen = self.figures[self.figures["table"].str.startswith(topic)]
        return {verdict: int((chosen["verdict"] == verdict).sum()) for verdict in VERDICTS}


def audit(figures: Figures | None = None, topic: str = "") -> Audit:
    """Verdicts on every figure of the tables that others determine, and where they contradict each other.

    Parameters
    ----------
    figures : Figures, optional
        The figures to audit, those printed in data/ where left out.
    topic : str, optional
        Where figures are left out: the beginning of the names of the tables to audit, such as ``photonics/``. They
        get the same verdicts as in an audit of all tables, but no file of other topics is read.

    Raises
    ------
    DataError
        A file of data/audit/ has a rule that does not fit the tables; the message names file and row.
    """
    if figures is not None:
        return _audited(figures)
    own = [name for name in tables() if name.startswith("audit/")]
    whole = _of_topic(topic, tuple(content(name) for name in (*own, *sorted(tied(topic, DATA)))))
    return replace(whole, figures=whole.figures.copy(), relations=whole.relations.copy(), claims=whole.claims.copy())


@lru_cache(maxsize=4)
def _of_topic(topic: str, held: tuple[bytes, ...]) -> Audit:
    """The audit of the figures printed in data/; what its files hold decides it, so it need not be made again."""
    del held
    return _audited(Figures(topic=topic))


def _audited(figures: Figures) -> Audit:
    model = relations.read(figures)
    tests = _tests(figures, model)
    network = Network(model)
    conflicts = tuple(localise(network))
    judge = _Judge(network, conflicts)
    verdicts = [judge.relation(relation) for relation in network.relations]
    rows = [
        (r.rule, r.file, r.row, r.result, verdict.low, verdict.high, verdict.name)
        for r, verdict in zip(network.relations, verdicts, strict=True)
    ]
    return Audit(
        figures=_figure_verdicts(figures, network, verdicts, judge.wrong),
        relations=pd.DataFrame(rows, columns=["rule", "file", "row", "result", "low", "high", "verdict"]),
        claims=_claim_verdicts(figures, tests, judge),
        conflicts=conflicts,
    )


@dataclass(frozen=True)
class _Verdict:
    name: str
    low: float
    high: float


def _worst(verdicts: Sequence[_Verdict]) -> _Verdict:
    """The gravest of some verdicts; unchecked where there are none."""
    order = (UNCHECKED, VERIFIED, ROUNDED, CONTRADICTED)
    none = _Verdict(UNCHECKED, math.nan, math.nan)
    return max(verdicts, key=lambda verdict: order.index(verdict.name), default=none)


class _Judge:
    """Judges relations with the figures that are wrong replaced by what is nearest in writing.

    Where several least sets remain, a relation is judged under each of them, and the worst verdict counts.
    """

    def __init__(self, network: Network, conflicts: tuple[Conflict, ...]) -> None:
        self.network = network
        self.wrong = {name for conflict in conflicts for name in conflict.figures}
        self.open = [conflict for conflict in conflicts if not conflict.certain]
        self.places = {id(relation): place for place, relation in enumerate(network.relations)}
        self.intervals = dict(network.intervals)
        self.points = dict(network.points)
        for conflict in conflicts:
            if conflict.certain:
                self._replace(conflict.alternatives[0], self.points, self.intervals)

    @staticmethod
    def _replace(least: tuple[Suspect, ...], points: dict, intervals: dict) -> None:
        for suspect in least:
            reading = suspect.reading
            intervals[suspect.figure] = (suspect.low, suspect.high)
            points[suspect.figure] = (reading.value, reading.value) if reading else (suspect.low, suspect.high)

    def relation(self, relation: Relation, strange: Mapping[str, Figure] = {}) -> _Verdict:
        """Verdict of one relation; ``strange`` are figures in it that are not in the network."""
        names = {*relation.cells, *filter(None, [relation.result])}
        if on_zero(relation, ChainMap(strange, self.network.figures)):
            return _Verdict(UNCHECKED, math.nan, math.nan)
        if any(name in self.network.figures and not self.network.known(name) for name in names):
            return self._joined(relation)
        own = {name: (figure.low, figure.high) for name, figure in strange.items()}
        points = {n: self.points.get(n) or (strange[n].value, strange[n].value) for n in names}
        intervals = {n: self.intervals.get(n) or own[n] for n in names}
        result = own.get(relation.result) or self.network.intervals.get(relation.result)
        touched = [c.alternatives for c in self.open if set(c.figures).intersection(relation.cells)]
        verdicts = []
        for choice in islice(product(*touched), LIMIT):
            mine, ours = dict(points), dict(intervals)
            for least in choice:
                self._replace(least, mine, ours)
            verdicts.append(self._single(relation, mine, ours, result))
        return _Verdict(_worst(verdicts).name, min(v.low for v in verdicts), max(v.high for v in verdicts))

    def _single(self, relation: Relation, points: dict, intervals: dict, result: Interval | None) -> _Verdict:
        """Verdict of one relation between figures; the result counts as printed, in its whole interval."""
        low = high = math.nan
        if relation.result:
            low, high = relation.recomputed(intervals)
            if relation.result in self.wrong:
                return _Verdict(CONTRADICTED, low, high)
            points = {**points, relation.result: result}
        if relation.holds(points):
            return _Verdict(VERIFIED, low, high)
        return _Verdict(ROUNDED if relation.holds(intervals) else CONTRADICTED, low, high)

    def _joined(self, relation: Relation) -> _Verdict:
        """Verdict of a relation with unprinted quantities, from all relations that these join to it."""
        name, place = relation.result, self.places[id(relation)]
        low, high = System(self.network, sorted(self.network.closed([place]))).bounds(name, {name, *self.wrong})
        if name in self.wrong:
            return _Verdict(CONTRADICTED, low, high)
        if math.isinf(high):  # nothing but the figure itself says how large it is
            return _Verdict(UNCHECKED, low, high)
        least, most = self.network.intervals[name]
        middle = (low + high) / 2
        return _Verdict(VERIFIED if least - 1e-9 <= middle <= most + 1e-9 else ROUNDED, low, high)


def _figure_verdicts(
    figures: Figures, network: Network, verdicts: list[_Verdict], wrong: Collection[str]
) -> pd.DataFrame:
    """Each figure with its verdict: contradicted where it is wrong, else the weaker of what its relations say."""
    seen: dict[str, set[str]] = {}
    for relation, verdict in zip(network.relations, verdicts, strict=True):
        for name in relation.cells:
            seen.setdefault(name, set()).add(verdict.name)
    reasons, rows = _reasons(figures), []
    for name, f in figures.all().items():
        said = seen.get(name, ())
        verdict = next((each for each in (ROUNDED, VERIFIED) if each in said), UNCHECKED)
        verdict = CONTRADICTED if name in wrong else verdict
        why = reasons.get((f.table, f.row, f.column), ("", "")) if verdict == UNCHECKED else ("", "")
        along = [figures.cell(f.table, f.row, column) for column in _ALONG]
        rows.append((name, f.table, f.row, f.key, f.column, f.text, f.unit, verdict, *why, *along))
    names = ["id", "table", "row", "key", "column", "printed", "unit", "verdict", "why_ko", "why_en", *_ALONG]
    return pd.DataFrame(rows, columns=names).set_index("id")


def _reasons(figures: Figures) -> dict[tuple[str, int, str], tuple[str, str]]:
    """Why a figure cannot be checked, by table, row and column, from the first row of unchecked.csv that selects it."""
    reasons: dict[tuple[str, int, str], tuple[str, str]] = {}
    for number, rule in figures.rules("audit/unchecked"):
        with naming(figures, "audit/unchecked", number, rule.cells):
            pattern = Pattern.parse(rule.cells)
            for row, _ in figures.printed(pattern):
                reasons.setdefault((pattern.table, row, pattern.column), (rule.ko, rule.en))
    return reasons


_Test = tuple[Relation, dict[str, Figure]]
"""A relation that tests a claim, and the figures in it."""


def _tests(figures: Figures, model: Model) -> dict[int, list[_Test]]:
    """What tests the claims, by row of claims.csv.

    Those that compare like with like join the model, so that prose and tables are one system.
    """
    rates = {r.rate for r in model.relations if r.rate}
    amounts = {name for r in model.relations for _, name in relations.amounts(r)}
    tests: dict[int, list[_Test]] = {}
    for number, rule in figures.rules("audit/claims"):
        if rule.kind in ("none", "rank"):
            continue
        # A trend (at most, at least what another year was) is a statement about figures, not a rule for them.
        alike = not rule.unlike_ko and rule.kind not in ("at_most", "at_least")
        with naming(figures, "audit/claims", number, rule.id):
            for relation, cells in relations.expand(rule, figures, "audit/claims", number, _stated(rule)):
                known = {cell.id: cell for cell in cells}
                tests.setdefault(number, []).append((relation, known))
                used = {name for _, name in relations.amounts(relation)}
                if alike and relation.rate not in amounts and rates.isdisjoint(used):
                    model.relations.append(relation)
                    model.figures.update({name: cell for name, cell in known.items() if name not in model.figures})
    return tests


def _stated(rule) -> Figure | None:
    """A number that a claim gives itself, as a figure rounded to the digits it is written with."""
    unit = "percent" if rule.kind in ("share", "growth", "compound") else ""
    try:
        return figure_of(("audit/claims", -1, f"id={rule.id}", "result"), rule.result, unit, None)
    except ValueError:
        return None


def _claim_verdicts(figures: Figures, tests: Mapping[int, list[_Test]], judge: _Judge) -> pd.DataFrame:
    """The rows of claims.csv, each with the worst verdict of the relations that test it."""
    rows = []
    for number, rule in figures.rules("audit/claims"):
        with naming(figures, "audit/claims", number, rule.id):
            verdicts = [judge.relation(relation, cells) for relation, cells in tests.get(number, ())]
            worst = _rank(rule, figures) if rule.kind == "rank" else _worst(verdicts)
            rows.append((number - 2, _claimed(rule, figures).text, worst.low, worst.high, worst.name))
    verdicts = pd.DataFrame(rows, columns=["row", "printed", "low", "high", "verdict"]).set_index("row")
    return figures.table("audit/claims").loc[verdicts.index].join(verdicts)


def _claimed(rule, figures: Figures) -> Figure:
    """The number of a claim: its own, or the one that it names."""
    return _stated(rule) or figures.select(Pattern.parse(rule.result))[0]


def _rank(rule, figures: Figures) -> _Verdict:
    """Whether a figure has the rank that a claim gives it, counted from the largest."""
    stated = _claimed(rule, figures)
    (own,), others = figures.select(Pattern.parse(rule.of)), figures.select(Pattern.parse(rule.by))
    surely = 1 + sum(other.low > own.high for other in others if other.id != own.id)
    perhaps = 1 + sum(other.high > own.low for other in others if other.id != own.id)
    exact = 1 + sum(other.value > own.value for other in others)
    within = ROUNDED if surely <= stated.value <= perhaps else CONTRADICTED
    return _Verdict(VERIFIED if exact == stated.value else within, float(surely), float(perhaps))
