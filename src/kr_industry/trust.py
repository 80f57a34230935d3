"""Whether a report's figures can be trusted: the audit in sentences, tables and squares for readers."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import pandas as pd

from kr_industry import grids, style
from kr_industry.audit import CONTRADICTED, ROUNDED, UNCHECKED, VERDICTS, VERIFIED, Audit
from kr_industry.audit.localise import Conflict, Suspect
from kr_industry.korean import listing
from kr_industry.tables import Exhibit
from kr_industry.wording import Wording, names


@dataclass(frozen=True)
class Trust:
    """The audit of what one report rests on.

    Parameters
    ----------
    checked : Audit
        The audit of the figures as printed.
    corrections : pandas.DataFrame
        The table ``corrections``.
    topic : str
        Where the names of the report's tables begin, for example ``photonics/``.
    sources : collection of str
        The documents whose statements are told.
    values : str
        Which values the report uses, ``printed`` or ``corrected``.
    language : str
        ``ko`` or ``en``.
    """

    checked: Audit
    corrections: pd.DataFrame
    topic: str
    sources: Collection[str]
    values: str
    language: str

    @property
    def say(self) -> Wording:
        """The words of this section."""
        return Wording("trust", self.language)

    def counts_sentence(self) -> str:
        """How many figures of the tables of the topic have each verdict."""
        counts = self.checked.counts(self.topic)
        return self.say(
            "counts" if counts[CONTRADICTED] else "counts_clean",
            figures=sum(counts.values()),
            verified=counts[VERIFIED],
            rounded=counts[ROUNDED],
            contradicted=counts[CONTRADICTED],
            unchecked=counts[UNCHECKED],
        )

    def squares(self) -> pd.DataFrame:
        """Figures by table (rows, by name) and verdict (columns, by name)."""
        chosen = self.checked.figures[self.checked.figures["table"].str.startswith(self.topic)]
        counts = chosen.groupby(["table", "verdict"], sort=False).size().unstack(fill_value=0)
        counts = counts.reindex(index=list(dict.fromkeys(chosen["table"])), columns=list(VERDICTS), fill_value=0)
        return counts.rename(index=lambda table: _table(table, self.language), columns=names("verdict", self.language))

    def exhibit(self) -> Exhibit:
        """The squares as a chart, what they show in words, where they come from, and their numbers."""
        squares = self.squares()
        return (
            grids.squares(squares, style.VERDICTS, self.say("unit_squares")),
            self.counts_sentence(),
            self.say("source_audit"),
            squares.reset_index(names=self.say("col_table")),
        )

    def values_sentences(self) -> list[str]:
        """Which values the report uses, and what is left open; nothing where nothing contradicts."""
        wrong = {name for conflict in _about(self.checked, self.topic) for name in conflict.figures}
        if not wrong:
            return []
        corrected = sum(1 for name in wrong if self._correction(name) is not None)
        told = [self.say(f"values_{self.values}", corrected=corrected)] if corrected else []
        left = len(wrong) - corrected
        return told + ([self.say("open" if left > 1 else "open_one", open=left)] if left else [])

    def doubts(self, table: str) -> list[str]:
        """A warning where figures of a table contradict each other and the source alone cannot tell which are wrong."""
        open_ended = [conflict for conflict in _about(self.checked, table) if not conflict.certain]
        count = len({name for conflict in open_ended for name in conflict.figures})
        return [self.say("doubt", open=count)] if count else []

    def conflicts(self) -> pd.DataFrame:
        """Each figure that contradicts others: as printed, recomputed, corrected, and why."""
        rows = [
            self._conflict_row(suspect, conflict.certain)
            for conflict in _about(self.checked, self.topic)
            for least in conflict.alternatives
            for suspect in least
        ]
        evidence = self.say("col_evidence")
        same = [before[evidence] == row[evidence] != "–" for before, row in pairwise(rows)]
        for row, again in zip(rows[1:], same, strict=True):
            row[evidence] = self.say("above") if again else row[evidence]
        return pd.DataFrame(rows)

    def _conflict_row(self, suspect: Suspect, certain: bool) -> dict[str, str]:
        say = self.say
        correction = self._correction(suspect.figure, empty=True)
        known = suspect.figure in self.checked.figures.index
        printed = self.checked.figures.at[suspect.figure, "printed"] if known else ""
        found = _range(suspect, printed, say)
        return {
            say("col_figure"): describe(self.checked, suspect.figure, say) if known else suspect.figure,
            say("col_printed"): _number(printed),
            say("col_recomputed"): found if certain else say("if_others", range=found),
            say("col_corrected"): "–" if correction is None else _number(correction["corrected"]),
            say("col_evidence"): "–" if correction is None else correction[f"evidence_{self.language}"],
        }

    def _correction(self, name: str, empty: bool = False) -> dict[str, str] | None:
        """The correction of a figure; with ``empty`` also one that only acknowledges that something is wrong."""
        if name not in self.checked.figures.index:
            return None
        figure = self.checked.figures.loc[name]
        row = self._by_figure.get((f"{figure['table']}.csv", figure["key"], figure["column"]))
        return row if row and (empty or row["corrected"]) else None

    @cached_property
    def _by_figure(self) -> dict[tuple[str, str, str], dict[str, str]]:
        rows = self.corrections.to_dict("records")
        return {(row["file"], row["key"], row["column"]): row for row in reversed(rows)}  # the first of each counts

    def claims_sentences(self) -> list[str]:
        """How the statements of some sources fared; nothing where none are in the data."""
        claims = self.checked.claims[self.checked.claims["source"].isin(self.sources)]
        if claims.empty:
            return []
        counts = claims["verdict"].value_counts()
        labels = names("verdict", self.language, inline=True)
        parts = [
            self.say("claims_count", verdict=labels[verdict], count=counts[verdict])
            for verdict in VERDICTS
            if verdict in counts
        ]
        unlike = (claims["unlike_ko"] != "").sum()
        told = [self.say("claims", claims=len(claims), counts=listing(parts, self.language))]
        return told + ([self.say("claims_unlike", unlike=unlike)] if unlike else [])

    def claims(self) -> pd.DataFrame:
        """Statements of some sources that do not hold, compare unlike things, or cannot be tested."""
        claims = self.checked.claims[self.checked.claims["source"].isin(self.sources)]
        verdicts = names("verdict", self.language)
        rows = []
        for claim in claims.itertuples():
            unlike, why = getattr(claim, f"unlike_{self.language}"), getattr(claim, f"why_{self.language}")
            if claim.verdict in (VERIFIED, ROUNDED) and not unlike:
                continue
            remarks = [unlike, why]
            if claim.verdict == CONTRADICTED:
                remarks.insert(0, self._recomputed(claim))
            rows.append(
                {
                    self.say("col_claim"): getattr(claim, self.language),
                    self.say("col_verdict"): self.say("unlike") if unlike else verdicts[claim.verdict],
                    self.say("col_remark"): " ".join(_ended(remark) for remark in remarks if remark),
                }
            )
        order = {self.say("unlike"): 1, verdicts[CONTRADICTED]: 0, verdicts[UNCHECKED]: 2}
        return pd.DataFrame(sorted(rows, key=lambda row: order.get(row[self.say("col_verdict")], 3)))

    def _recomputed(self, claim) -> str:
        """What other figures make of a statement's number, or the bound that they set it."""
        decimals = len(claim.printed.partition(".")[2])
        ends = [end for end in (claim.low, claim.high) if math.isfinite(end)]
        if len(ends) == 1:
            inward = math.ceil if math.isfinite(claim.low) else math.floor
            end = ends[0] if decimals else inward(ends[0])
            return self.say("compared", value=_span(end, end, decimals, self.say))
        return self.say("recomputed", range=_span(claim.low, claim.high, decimals, self.say)) if ends else ""

    def results(self) -> list[tuple[str, int, str]]:
        """Headline numbers of the audit: name, value, unit. Verified includes verified within rounding."""
        counts = self.checked.counts(self.topic)
        return [
            ("audit_figures", sum(counts.values()), "figures"),
            ("audit_verified", counts[VERIFIED] + counts[ROUNDED], "figures"),
            ("audit_within_rounding", counts[ROUNDED], "figures"),
            ("audit_contradicted", counts[CONTRADICTED], "figures"),
        ]

    def tables(self) -> list[tuple[pd.DataFrame, str]]:
        """The tables that hold anything, each with its caption: contradicting figures, doubtful statements."""
        both = [(self.conflicts(), self.say("caption_conflicts")), (self.claims(), self.say("caption_claims"))]
        return [(table, caption) for table, caption in both if len(table)]


def describe(checked: Audit, name: str, say: Wording) -> str:
    """Where a figure stands and what it counts, in the reader's language."""
    figure = checked.figures.loc[name]
    key = dict(condition.split("=", 1) for condition in figure["key"].split())
    table = _table(figure["table"], say.language)
    words = []
    if "id" in key:
        words.append(figure[f"indicator_{say.language}"])
    for column, group in _KEYS.items():
        if column in key:
            whole = names("segment", say.language, inline=True)
            own = group.format(topic=figure["table"].split("/")[0])
            labels = whole if key[column] in whole else names(own, say.language, inline=True)
            words.append(labels[key[column]])
    if figure["column"] != "value":
        words.append(names("column", say.language, inline=True)[figure["column"]])
    if "year" in key:
        words.insert(0 if say.language == "ko" else len(words), say(
            "outlook" if figure["status"] == "outlook" else "year", year=key["year"]
        ))  # fmt: skip
    text = (" " if say.language == "ko" else ", ").join(words)
    return f"{table} · {text}" + (f" ({say('parenthesised')})" if key.get("scope") == "parenthesised" else "")


_KEYS = {
    "segment": "{topic}_segment",
    "size_class": "size_class",
    "population": "population",
    "degree": "degree",
    "programme": "budget_programme",
}


def _table(table: str, language: str) -> str:
    """The name of a table: its own, or that of all with such columns."""
    labels = names("table", language)
    return labels.get(table.replace("/", "_")) or labels[table.split("/")[-1]]


def _about(checked: Audit, topic: str) -> list[Conflict]:
    return [c for c in checked.conflicts if any(name.startswith(topic) for name in c.figures)]


def _range(suspect: Suspect, printed: str, say: Wording) -> str:
    return _span(suspect.low, suspect.high, len(printed.partition(".")[2]), say)


def _span(low: float, high: float, decimals: int, say: Wording) -> str:
    """An interval as a reader would write it: to one place more than printed, one number where both ends agree."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return say("any")
    whole = decimals == 0 and math.floor(high + 1e-6) >= math.ceil(low - 1e-6)
    if whole:
        low, high = math.ceil(low - 1e-6), math.floor(high + 1e-6)
    places = 0 if whole else decimals + 1
    ends = [_number(f"{end + 0.0:.{places}f}") for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else say("range", low=ends[0], high=ends[1])


def _number(text: str) -> str:
    """A printed number with thousands set apart and a true minus sign; a dash where there is none."""
    if not text:
        return "–"
    return f"{float(text):,.{len(text.partition('.')[2])}f}".replace("-", "−")


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."
