"""The audit of printed figures: what others determine is recomputed, what contradicts itself is located.

``audit()`` gives a verdict for every figure, relation and claim. The modules, in the order in which they build on
each other: ``cells`` (figures as intervals, patterns), ``scope`` (the tables of a topic), ``figures`` (those of a
folder), ``relations`` (rules as data), ``network`` (figures joined to quantities), ``system`` (the linear system of
some relations), ``writing`` (what a misprint should have read), ``exchange`` (which figures may have been exchanged),
``localise`` (which figures must be wrong), ``verdicts``, ``summary`` (lines for the command line).
"""

from kr_industry.audit import summary
from kr_industry.audit.figures import Figures
from kr_industry.audit.verdicts import CONTRADICTED, ROUNDED, UNCHECKED, VERDICTS, VERIFIED, Audit, audit

__all__ = ["CONTRADICTED", "ROUNDED", "UNCHECKED", "VERDICTS", "VERIFIED", "Audit", "Figures", "audit", "summary"]
