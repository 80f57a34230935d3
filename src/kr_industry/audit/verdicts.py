"""A verdict for every printed figure, every relation and every claim."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product

import pandas as pd

from kr_industry import DATA
from kr_industry.audit import relations
from kr_industry.audit.cells import Figure, Pattern
from kr_industry.audit.figures import Figures
from kr_industry.audit.localise import LIMIT, Conflict, Suspect, localise
from kr_industry.audit.network import Network
from kr_industry.audit.relations import Model, Relation, naming
from kr_industry.audit.scope import tied
from kr_industry.audit.system import System
from kr_industry.data import content, tables

VERIFIED, ROUNDED, CONTRADICTED, UNCHECKED = VERDICTS = ("verified", "within_rounding", "contradicted", "unchecked")
"""Recomputed from other figures a figure comes out as printed; does so within the rounding of those figures;
cannot stand beside the other figures; cannot be recomputed from the sources."""


_KEPT = ("status", "indicator_ko", "indicator_en")


@dataclass(frozen=True)
class Audit:
    """What an audit found.

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
    """Recompute every figure of the tables that others determine, and locate what contradicts itself.

    Parameters
    ----------
    figures : Figures, optional
        The figures to audit, those printed in data/ where left out.
    topic : str, optional
        Where figures are left out: the beginning of the names of the tables to audit, such as ``photonics/``. What
        is found of them is the same as in an audit of all tables, but no file of other topics is read.

    Raises
    ------
    DataError
        A file of data/audit/ has a rule that does not fit the tables; the message names file and row.
    """
    if figures is not None:
        return _audited(figures)
    own = [name for name in tables() if name.startswith("audit/")]
    found = _of_topic(topic, tuple(content(name) for name in (*own, *sorted(tied(topic, DATA)))))
    copies = {name: getattr(found, name).copy() for name in ("figures", "relations", "claims")}
    return replace(found, **copies)


@lru_cache(maxsize=4)
def _of_topic(topic: str, held: tuple[bytes, ...]) -> Audit:
    """The audit of the figures printed in data/; what its files hold decides it, so it need not be made again."""
    del held
    return _audited(Figures(topic=topic))


def _audited(figures: Figures) -> Audit:
    model = relations.read(figures)
    claims = _claims(figures, model)
    network = Network(model)
    conflicts = tuple(localise(network))
    judge = _Judge(network, conflicts)
    verdicts = [judge.relation(relation) for relation in network.relations]
    return Audit(
        figures=_figure_verdicts(figures, network, verdicts, conflicts),
        relations=pd.DataFrame(
            {
                "rule": [r.rule for r in network.relations],
                "file": [r.file for r in network.relations],
                "row": [r.row for r in network.relations],
                "result": [r.result for r in network.relations],
                "low": [verdict.low for verdict in verdicts],
                "high": [verdict.high for verdict in verdicts],
                "verdict": [verdict.name for verdict in verdicts],
            }
        ),
        claims=_claim_verdicts(figures, claims, judge),
        conflicts=conflicts,
    )


@dataclass(frozen=True)
class _Verdict:
    name: str
    low: float
    high: float


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
        if any(name in self.network.figures and not self.network.known(name) for name in names):
            return self._joined(relation)
        own = {name: (f.low, f.high) for name, f in strange.items()}
        printed = {name: own[name] if name in own else self.network.intervals[name] for name in names}
        points = {n: self.points[n] if n in self.points else (strange[n].value, strange[n].value) for n in names}
        intervals = {name: self.intervals[name] if name in self.points else own[name] for name in names}
        touched = [c for c in self.open if set(c.figures).intersection(relation.cells)]
        verdicts = []
        for choice in islice(product(*(conflict.alternatives for conflict in touched)), LIMIT):
            mine, ours = dict(points), dict(intervals)
            for least in choice:
                self._replace(least, mine, ours)
            verdicts.append(self._single(relation, mine, ours, printed))
        worst = max(verdicts, key=lambda verdict: VERDICTS.index(verdict.name))
        return _Verdict(worst.name, min(v.low for v in verdicts), max(v.high for v in verdicts))

    def _single(self, relation: Relation, points: Mapping, intervals: Mapping, printed: Mapping) -> _Verdict:
        if not relation.result:
            low = high = math.nan
        else:
            low, high = relation.recomputed(intervals)
            if relation.result in self.wrong:
                return _Verdict(CONTRADICTED, low, high)
            points = {**points, relation.result: printed[relation.result]}
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
    figures: Figures, network: Network, verdicts: list[_Verdict], conflicts: tuple[Conflict, ...]
) -> pd.DataFrame:
    wrong = {name for conflict in conflicts for name in conflict.figures}
    seen: dict[str, set[str]] = {}
    for relation, verdict in zip(network.relations, verdicts, strict=True):
        for name in relation.cells:
            seen.setdefault(name, set()).add(verdict.name)
    reasons = _reasons(figures)
    rows = []
    for name, figure in figures.all().items():
        found = seen.get(name, set())
        verdict = (
            CONTRADICTED
            if name in wrong
            else ROUNDED
            if ROUNDED in found
            else VERIFIED
            if VERIFIED in found
            else UNCHECKED
        )
        why = reasons.get((figure.table, figure.row, figure.column), ("", "")) if verdict == UNCHECKED else ("", "")
        own = [figures.cell(figure.table, figure.row, column) for column in _KEPT]
        rows.append(
            (name, figure.table, figure.row, figure.key, figure.column, figure.text, figure.unit, verdict, *why, *own)
        )
    names = ["id", "table", "row", "key", "column", "printed", "unit", "verdict", "why_ko", "why_en", *_KEPT]
    return pd.DataFrame(rows, columns=names).set_index("id")


def _reasons(figures: Figures) -> dict[tuple[str, int, str], tuple[str, str]]:
    """Why a figure cannot be checked, by table, row and column, from the first row of unchecked.csv that selects it."""
    found: dict[tuple[str, int, str], tuple[str, str]] = {}
    for number, rule in figures.rules("audit/unchecked"):
        with naming(figures, "audit/unchecked", number, rule.cells):
            pattern = Pattern.parse(rule.cells)
            for row, _ in figures.printed(pattern):
                found.setdefault((pattern.table, row, pattern.column), (rule.ko, rule.en))
    return found


@dataclass(frozen=True)
class _Claim:
    """A row of claims.csv with the relation that tests it and the figures in it."""

    row: int
    relation: Relation | None
    cells: Mapping[str, Figure]


def _claims(figures: Figures, model: Model) -> list[_Claim]:
    """Read the claims; those that compare like with like join the model, so that prose and tables are one system."""
    rates = {r.rate for r in model.relations if r.rate}
    amounts = {name for r in model.relations for _, name in relations.amounts(r)}
    claims = []
    for number, rule in figures.rules("audit/claims"):
        with naming(figures, "audit/claims", number, rule.id):
            if rule.kind in ("none", "rank"):
                claims.append(_Claim(number, None, {}))
                continue
            for relation, cells in relations.expand(rule, figures, "audit/claims", number, _stated(rule)):
                known = {cell.id: cell for cell in cells}
                # A trend (at most, at least what another year was) is a statement about figures, not a rule for them.
                joined = (
                    not rule.unlike_ko and rule.kind not in ("at_most", "at_least") and relation.rate not in amounts
                )
                joined &= not any(name in rates for _, name in relations.amounts(relation))
                claims.append(_Claim(number, relation, known))
                if joined:
                    model.relations.append(relation)
                    model.figures.update({name: cell for name, cell in known.items() if name not in model.figures})
    return claims


def _stated(rule) -> Figure | None:
    """A number that a claim gives itself, as a figure rounded to the digits it is written with."""
    try:
        value = float(rule.result)
    except ValueError:
        return None
    step = 10.0 ** -len(rule.result.partition(".")[2])
    name = f"audit/claims[id={rule.id}].result"
    unit = "percent" if rule.kind in ("share", "growth", "compound") else ""
    return Figure(name, "audit/claims", -1, f"id={rule.id}", "result", rule.result, value,
                  value - step / 2, value + step / 2, step, unit)  # fmt: skip


def _claim_verdicts(figures: Figures, claims: list[_Claim], judge: _Judge) -> pd.DataFrame:
    rules = list(figures.rules("audit/claims"))
    frame = figures.table("audit/claims").iloc[[number - 2 for number, _ in rules]]
    order = {UNCHECKED: 0, VERIFIED: 1, ROUNDED: 2, CONTRADICTED: 3}
    columns: dict[str, list] = {"printed": [], "low": [], "high": [], "verdict": []}
    for number, rule in rules:
        with naming(figures, "audit/claims", number, rule.id):
            tested = [claim for claim in claims if claim.row == number and claim.relation]
            if rule.kind == "rank":
                verdicts = [_rank(rule, figures)]
            else:
                verdicts = [judge.relation(claim.relation, claim.cells) for claim in tested] or [
                    _Verdict(UNCHECKED, math.nan, math.nan)
                ]
            worst = max(verdicts, key=lambda verdict: order[verdict.name])
            printed = _stated(rule) or figures.select(Pattern.parse(rule.result))[0]
        for name, found in zip(columns, (printed.text, worst.low, worst.high, worst.name), strict=True):
            columns[name].append(found)
    return frame.assign(**columns)


def _rank(rule, figures: Figures) -> _Verdict:
    """Whether a figure has the rank that a claim gives it, counted from the largest."""
    stated = _stated(rule) or figures.select(Pattern.parse(rule.result))[0]
    (own,), others = figures.select(Pattern.parse(rule.of)), figures.select(Pattern.parse(rule.by))
    surely = 1 + sum(other.low > own.high for other in others if other.id != own.id)
    perhaps = 1 + sum(other.high > own.low for other in others if other.id != own.id)
    exact = 1 + sum(other.value > own.value for other in others)
    within = ROUNDED if surely <= stated.value <= perhaps else CONTRADICTED
    return _Verdict(VERIFIED if exact == stated.value else within, float(surely), float(perhaps))
