"""Whether a report's figures can be trusted: frames of the audit of what it rests on."""

import math
from collections.abc import Collection

import pandas as pd

from kr_industry import DATA
from kr_industry.audit import CONTRADICTED, ROUNDED, UNCHECKED, VERDICTS, VERIFIED, Audit
from kr_industry.data import key_parts, load, row_about, texts

KEYS = (
    *("year", "series", "item", "measure", "segment", "size_class", "population", "degree", "programme"),
    *("region", "industry", "coverage", "scope", "release"),
)
"""Columns of tables that tell their rows apart; in a frame of conflicts each is empty where a table has it not."""
UNLIKE = "unlike"
STANDINGS = (VERIFIED, ROUNDED, CONTRADICTED, UNLIKE, UNCHECKED)
"""How statements stand: the verdicts, of which one that compares unlike things gets none."""


def counts(checked: Audit, corrections: pd.DataFrame, beginning: str = "") -> pd.Series:
    """How many figures there are, how many have each verdict, and how many wrong ones are corrected or left open.

    Parameters
    ----------
    checked : Audit
        The audit of the figures as printed.
    corrections : pandas.DataFrame
        The table ``corrections``.
    beginning : str, optional
        Where the names of the tables begin, for example ``photonics/``.

    Returns
    -------
    pandas.Series
        ``figures``, the verdicts, ``corrected``, ``left_open``.
    """
    verdicts = _of_tables(checked, beginning)["verdict"].value_counts().reindex(VERDICTS, fill_value=0)
    wrong = conflicts(checked, corrections, beginning).drop_duplicates("id")
    corrected = int((wrong["corrected"] != "").sum())
    known = {"figures": verdicts.sum(), **verdicts, "corrected": corrected, "left_open": len(wrong) - corrected}
    return pd.Series(known, dtype=int)


def by_table(checked: Audit, beginning: str = "") -> pd.DataFrame:
    """How many figures of each table (index ``table``, in the order of the data) have each verdict (columns)."""
    figures = _of_tables(checked, beginning)
    rows = figures.groupby(["table", "verdict"], sort=False).size().unstack(fill_value=0)
    rows = rows.reindex(figures["table"].unique()).reindex(columns=list(VERDICTS), fill_value=0)
    return rows.set_axis(_names(rows.index), axis="index").rename_axis(index="table", columns="verdict")


def conflicts(checked: Audit, corrections: pd.DataFrame, beginning: str = "") -> pd.DataFrame:
    """The figures that contradict others: where each stands, as printed, recomputed and corrected, and why.

    Parameters
    ----------
    checked, corrections, beginning
        As for :func:`counts`; ``beginning`` may be the whole name of a table.

    Returns
    -------
    pandas.DataFrame
        ``id``; where it stands: ``table``, :data:`KEYS`, ``column``, ``indicator_ko``, ``indicator_en``, ``status``;
        ``printed`` and ``corrected`` as they are written, ``corrected`` empty where nothing is; ``low`` and ``high``,
        what others leave it, to one place more than printed, NaN where they have no end; ``certain``, whether it alone
        can be wrong; ``evidence_ko``, ``evidence_en``; ``repeated``, whether that is the evidence of the row before.
    """
    suspects = [
        (suspect.figure, suspect.low, suspect.high, conflict.certain)
        for conflict in checked.conflicts
        if any(name.startswith(beginning) for name in conflict.figures)
        for alternative in conflict.alternatives
        for suspect in alternative
    ]
    rows = pd.DataFrame(suspects, columns=["id", "low", "high", "certain"]).astype({"id": str, "certain": bool})
    rows = rows.join(pd.concat([checked.figures, _stated(checked)]), on="id")
    reasons = corrections.drop_duplicates(["file", "key", "column"]).drop(columns="printed")
    rows = rows.assign(file=rows["table"] + ".csv").merge(reasons, how="left", on=["file", "key", "column"])
    texts = ["printed", "corrected", "evidence_ko", "evidence_en"]
    rows[texts] = rows[texts].fillna("")
    ends = [_written(*row) for row in zip(rows["low"], rows["high"], rows["printed"], strict=True)]
    rows[["low", "high"]] = pd.DataFrame(ends, columns=["low", "high"], index=rows.index)
    rows[list(KEYS)] = _keys(rows["key"])
    for name in ("printed", "corrected"):
        rows[name] = [_thousands(text) for text in rows[name]]
    same = (rows["evidence_ko"] == rows["evidence_ko"].shift()) & (rows["evidence_ko"] != "")
    rows = rows.assign(table=_names(rows["table"]), repeated=same)
    place = ["id", "table", *KEYS, "column", "indicator_ko", "indicator_en", "status"]
    return rows[[*place, "printed", "low", "high", "certain", "corrected", "evidence_ko", "evidence_en", "repeated"]]


def disagreements(beginning: str = "") -> pd.DataFrame:
    """The figures for which another source prints something else: what is used, what the other says, and why.

    Parameters
    ----------
    beginning : str, optional
        Where the names of the tables begin, for example ``bio/``.

    Returns
    -------
    pandas.DataFrame
        Where the figure stands, as in :func:`conflicts`; ``used`` and ``other`` as they are written, ``qualifier`` of
        the other, ``reason_ko``, ``reason_en``, and who prints it: ``printed_by_ko``, ``printed_by_en``.

    Raises
    ------
    DataError
        The table does not hold what is said to be used, or has no such row.
    """
    rows = load("disagreements")
    rows = rows[rows["file"].str.startswith(beginning)].reset_index(drop=True)
    indicators = list(map(_indicator, rows.itertuples()))
    titles = load("sources").set_index("id").loc[rows["source"], ["title", "title_en"]].reset_index(drop=True)
    rows[list(KEYS)] = _keys(rows["key"])
    rows[["indicator_ko", "indicator_en", "status"]] = pd.DataFrame(indicators, index=rows.index, columns=range(3))
    rows = rows.assign(table=_names(rows["file"].str.removesuffix(".csv")))
    for name in ("used", "other"):
        rows[name] = [_thousands(text) for text in rows[name]]
    rows[["printed_by_ko", "printed_by_en"]] = titles
    place = ["table", *KEYS, "column", "indicator_ko", "indicator_en", "status"]
    return rows[[*place, "used", "other", "qualifier", "reason_ko", "reason_en", "printed_by_ko", "printed_by_en"]]


def claims(checked: Audit, sources: Collection[str]) -> pd.DataFrame:
    """The statements with a number in the prose of some documents, and how they stand.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``source``, ``claim_ko``, ``claim_en``, ``standing`` (ordered as :data:`STANDINGS`), ``verdict``,
        ``printed``, ``low`` and ``high`` (what other figures make of the number, NaN where they set no bound), and why
        it compares unlike things or cannot be checked: ``unlike_ko``, ``unlike_en``, ``why_ko``, ``why_en``.
    """
    rows = checked.claims[checked.claims["source"].isin(sources)].rename(columns={"ko": "claim_ko", "en": "claim_en"})
    standing = rows["verdict"].mask(rows["unlike_ko"] != "", UNLIKE)
    rows = rows.assign(standing=pd.Categorical(standing, STANDINGS, ordered=True))
    ends = [_written(*row) for row in zip(rows["low"], rows["high"], rows["printed"], strict=True)]
    rows[["low", "high"]] = pd.DataFrame(ends, columns=["low", "high"], index=rows.index)
    names = ["id", "source", "claim_ko", "claim_en", "standing", "verdict", "printed", "low", "high"]
    return rows[[*names, "unlike_ko", "unlike_en", "why_ko", "why_en"]].reset_index(drop=True)


def results(figures: pd.Series) -> pd.DataFrame:
    """Headline numbers from the counts of an audit: ``result``, ``value``, ``unit``; verified includes rounded ones."""
    values = {
        "audit_figures": figures["figures"],
        "audit_verified": figures[VERIFIED] + figures[ROUNDED],
        "audit_within_rounding": figures[ROUNDED],
        "audit_contradicted": figures[CONTRADICTED],
    }
    return pd.DataFrame({"result": list(values), "value": list(values.values()), "unit": "figures"})


def _keys(written: pd.Series) -> pd.DataFrame:
    """The columns of :data:`KEYS` from keys such as ``year=2019 segment=total``."""
    keys = [dict.fromkeys(KEYS, "") | key_parts(key) for key in written]
    return pd.DataFrame(keys, index=written.index, columns=list(KEYS), dtype=str)


def _indicator(entry) -> tuple[str, str, str]:
    """The indicator in both languages and the status of the row that a disagreement is about, as far as it has them."""
    table = texts(entry.file.removesuffix(".csv"))
    at = row_about(table, entry, entry.used, f"{DATA / 'disagreements.csv'}, {entry.file} {entry.key}")
    return tuple(
        str(table.at[at, name]) if name in table else "" for name in ("indicator_ko", "indicator_en", "status")
    )


def _of_tables(checked: Audit, beginning: str) -> pd.DataFrame:
    return checked.figures[checked.figures["table"].str.startswith(beginning)]


def _stated(checked: Audit) -> pd.DataFrame:
    """The numbers that statements give themselves, as rows like those of figures; what they count is the statement."""
    rows = checked.claims.assign(
        table="", key="", column="", status="", indicator_ko=checked.claims["ko"], indicator_en=checked.claims["en"]
    )
    return rows.set_index("audit/claims[id=" + rows["id"] + "].result")[
        ["table", "key", "column", "printed", "status", "indicator_ko", "indicator_en"]
    ]


def _names(tables: Collection[str]) -> list[str]:
    """What labels call tables: each by a name of its own, or else as all tables with such columns are called."""
    named = load("labels")
    known = set(named.loc[named["group"] == "table", "id"])
    own = [table.replace("/", "_") for table in tables]
    return [name if name in known else table.split("/")[-1] for name, table in zip(own, tables, strict=True)]


def _written(low: float, high: float, printed: str) -> tuple[float, float]:
    """The ends of an interval to one place more than printed; of whole numbers the outermost in it; NaN for no end."""
    least = math.ceil(low - 1e-6) if math.isfinite(low) else math.nan
    most = math.floor(high + 1e-6) if math.isfinite(high) else math.nan
    places = len(printed.partition(".")[2])
    if places == 0 and not least > most:
        return least, most
    return tuple(round(end, places + 1) if math.isfinite(end) else math.nan for end in (low, high))


def _thousands(text: str) -> str:
    """A printed number with thousands set apart and a true minus sign; empty where nothing is printed."""
    return f"{float(text):,.{len(text.partition('.')[2])}f}".replace("-", "−") if text else ""
