"""What the reports of all provinces compute alike, so that a batch computes it once."""

from kr_industry.data import load
from kr_industry.regions import overlap
from kr_industry.regions.coding import Record


def draws(source: str, coding: str, technologies: int, permutations: int, seed: int) -> None:
    """Draw the tables by chance of :func:`kr_industry.regions.overlap.draws`, which are kept for this process.

    Parameters are those of the notebook, with the values that most reports have.
    """
    tables = (load(f"regions/{name}") for name in ("terms", "codebook", "regions", "technologies"))
    terms, codebook, regions, listed = tables
    record = Record(terms, codebook, list(regions["id"]), listed, technologies)
    overlap.draws(record.matrix(source, coding), permutations, seed)
