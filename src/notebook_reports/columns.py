"""What the columns of tables are called: their heads, units, digits, and how their cells are written."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from notebook_reports.words import Words, WordsError, missing, read_yaml

_ALLOWED = {"ko", "en", "unit", "digits", "write", "axis"}


class Columns:
    """Names and ways of writing of all columns, in the language of some words.

    Parameters
    ----------
    files : sequence of Path
        Files of columns: by name ``ko`` and ``en``, and as far as there are ``unit``, ``digits``, ``write`` (a way in
        which cells are written) and ``axis`` (what stands at the axis of a chart).
    words : Words
        What writes heads and cells.

    Raises
    ------
    WordsError
        A column has no name in one language or something else than the above.
    """

    def __init__(self, files: Sequence[Path], words: Words) -> None:
        self.words = words
        self.known: dict[str, dict] = {}
        for path in files:
            for name, column in (read_yaml(path) or {}).items():
                if not (isinstance(column, dict) and {"ko", "en"} <= set(column) <= _ALLOWED):
                    allowed = ", ".join(sorted(_ALLOWED - {"ko", "en"}))
                    raise WordsError(f"{path}, column {name!r}: expected ko and en, and what is needed of {allowed}")
                if self.known.setdefault(name, column) != column:
                    raise WordsError(f"{path}: the column {name!r} stands twice, in two ways")

    def __contains__(self, name: object) -> bool:
        """Whether a column is known."""
        return isinstance(name, str) and name in self.known

    def way(self, name: object) -> str:
        """The way in which the cells of a column are written; empty where they stay as they are."""
        return self.known[name].get("write", "") if name in self else ""

    def unit(self, name: str, facts: Mapping[str, object]) -> str:
        """The unit of a column; empty where it has none."""
        return self.words.write(self.known[name].get("unit", ""), facts, name)

    def head(self, name: str, facts: Mapping[str, object]) -> str:
        """The head of a column: its name and its unit."""
        text, unit = self.words.write(self.known[name], facts, name), self.unit(name, facts)
        return f"{text}{'' if self.words.language == 'ko' else ' '}({unit})" if unit else text

    def axis(self, name: str, facts: Mapping[str, object]) -> str:
        """What stands at an axis of a chart: the text for it, or name and unit."""
        if "axis" in self.known[name]:
            return self.words.write(self.known[name]["axis"], facts, name)
        return ", ".join(filter(None, (self.words.write(self.known[name], facts, name), self.unit(name, facts))))

    def cell(self, value: object, way: str, facts: Mapping[str, object]) -> str:
        """A cell written in one way; a dash for none."""
        if missing(value) or (isinstance(value, str | list | tuple) and not value):
            return "–"
        if way in self.words.groups:
            several = isinstance(value, list | tuple)
            names = [self.words.name(item, way) for item in (value if several else [value])]
            return str(self.words.put(names, "list", facts)) if several else names[0]
        return str(self.words.put(value, way, facts))

    def for_readers(
        self, frame: pd.DataFrame, facts: Mapping[str, object], digits: Mapping[str, int] | int | None = None
    ) -> tuple[pd.DataFrame, dict[str, int]]:
        """A table as readers see it, and the decimals of its columns.

        Parameters
        ----------
        frame : pandas.DataFrame
            Identifiers and numbers; index levels with a name become columns. Of a pair ``x_ko``, ``x_en`` the one in
            the language stays.
        facts : mapping
            Facts that heads and cells may name.
        digits : mapping of str to int, or int, optional
            Decimals by column, or of all, where they are others than those of the columns.

        Raises
        ------
        WordsError
            A column, or an identifier in one, has no name.
        """
        frame = one_language(flat(frame), self.words.language)
        across = self.way(frame.columns.name)
        shown, decimals = {}, {}
        for name, values in frame.items():
            head = self._head(name, across, facts)
            while head in shown:  # two columns of one name
                head += " "
            way = self.way(name)
            try:
                shown[head] = [self.cell(value, way, facts) for value in values] if way else values.array
            except (KeyError, ValueError, TypeError) as error:
                raise WordsError(f"column {name!r}: {error}") from error
            asked = digits if isinstance(digits, int) else (digits or {}).get(name)
            asked = self.known[name].get("digits") if asked is None and name in self else asked
            if asked is not None:
                decimals[head] = asked
        return pd.DataFrame(shown), decimals

    def _head(self, name: object, across: str, facts: Mapping[str, object]) -> str:
        if across in self.words.groups and name in self.words.groups[across]:
            return self.words.name(name, across)
        if name in self:
            return self.head(name, facts)
        if name in self.words.entries:
            return self.words.text(name, **facts)
        if self.known and isinstance(name, str):
            raise WordsError(f"no column {name!r} in the files of columns; they have {', '.join(self.known)}")
        return str(name)


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose named index levels are columns, and whose rows are numbered."""
    if frame.index.names == [None]:
        return frame
    across = frame.columns.name
    return frame.rename_axis(columns=None).reset_index().rename_axis(columns=across)


def one_language(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Of columns in both languages those of one: of ``x_ko`` and ``x_en`` one as ``x``, of ``ko``, ``en`` ``name``."""
    names = {}
    for column in map(str, frame.columns):
        stem, _, ending = column.rpartition("_")
        if ending in ("ko", "en") and {f"{stem}_ko" if stem else "ko", f"{stem}_en" if stem else "en"} <= set(frame):
            names[column] = (stem or "name") if ending == language else None
    kept = [column for column in frame.columns if names.get(str(column), "") is not None]
    return frame[kept].rename(columns={old: new for old, new in names.items() if new}) if names else frame
