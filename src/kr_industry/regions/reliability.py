"""Whether the coding can be trusted: agreement between rules and between sources, and where they disagree."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kr_industry.agreement import agreement
from kr_industry.regions.coding import Record
from kr_industry.wording import Wording, names

SHOWN = ("alpha", "ac1", "kappa", "positive", "percent")
"""Measures of agreement that readers are shown."""


def compared(record: Record, source: str, coding: str) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """The matrices that are compared: by ``coding`` rule for one source, and by ``sources`` for one rule."""
    return {
        "coding": (record.matrix(source, "explicit"), record.matrix(source, "broad")),
        "sources": (record.matrix("keywords", coding), record.matrix("programmes", coding)),
    }


def agreements(record: Record, source: str, coding: str) -> pd.DataFrame:
    """:func:`kr_industry.agreement.agreement` of the province and technology cells, a row for each comparison."""
    return pd.DataFrame(
        {name: agreement(one.stack(), other.stack()) for name, (one, other) in compared(record, source, coding).items()}
    ).T


def sentences(table: pd.DataFrame, say: Wording) -> list[str]:
    """How far rules and sources agree, and why percent agreement says nothing."""
    told = []
    for name, row in table.iterrows():
        key = f"agreement_{name}" + ("" if pd.notna(row["alpha"]) else "_undefined")
        counts = {column: int(row[column]) for column in ("units", "both", "first_only", "second_only", "neither")}
        told.append(say(key, **counts, **{measure: row[measure] for measure in SHOWN}))
    return [*told, say("agreement_note", neither=int(table["neither"].iloc[0]), units=int(table["units"].iloc[0]))]


def for_readers(table: pd.DataFrame, say: Wording) -> pd.DataFrame:
    """The measures of agreement."""
    frame = {say("col_compared"): [say(f"compared_{name}") for name in table.index]}
    for column in ("both", "first_only", "second_only", "neither"):
        frame[say(f"col_{column}")] = table[column].astype(int).to_numpy()
    for measure in SHOWN[:-1]:
        frame[say(f"col_{measure}")] = table[measure].astype(float).round(3).to_numpy()
    return pd.DataFrame(frame)


def digits(say: Wording) -> dict[str, int]:
    """Decimals of the measures, by the column that readers see."""
    return {say(f"col_{measure}"): 2 for measure in SHOWN[:-1]}


def disagreements(record: Record, source: str, coding: str, say: Wording) -> pd.DataFrame:
    """Every province and technology on which rules or sources disagree, and the terms that one side reads."""
    regions, labels = names("region", say.language), record.labels(say.language)
    coded = record.coded("broad")
    read = coded[coded["kind"].isin(["keyword", "programme"])].groupby(["region", "technology"])["term"]
    terms = read.agg(lambda own: ", ".join(dict.fromkeys(own))).to_dict()
    rows = []
    for name, (one, other) in compared(record, source, coding).items():
        for row, column in np.argwhere(one.to_numpy() != other.to_numpy()):
            region, technology = one.index[row], one.columns[column]
            side = "first" if one.iat[row, column] else "second"
            rows.append(
                {
                    say("col_compared"): say(f"compared_{name}"),
                    say("col_region"): regions[region],
                    say("col_technology"): labels[technology],
                    say("col_only"): say(f"{side}_{name}"),
                    say("col_terms"): terms.get((region, technology), ""),
                }
            )
    return pd.DataFrame(rows)


def results(table: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """Krippendorff's alpha between rules and between sources, where it is defined."""
    for name, row in table.iterrows():
        if pd.notna(row["alpha"]):
            yield f"agreement_alpha_{name}", row["alpha"], "alpha"
