"""Charts that seaborn does not know, as functions that draw on ``ax`` and return it.

``digits`` are the decimals of the values written; ``highlight`` is the row, column or part in colour where the others
are to be quiet. Names are identifiers: at an axis or in a legend that bears the name of their group, alone as
``group:identifier``. Whoever shows the figure writes them out; only numbers are written here.
"""
# ruff: noqa: F401

from kr_industry.charts.axes import figure, legend, log_axis, swatch, value_axis, year_axis
from kr_industry.charts.bars import signs, values, waterfall
from kr_industry.charts.bounds import ranges, strip
from kr_industry.charts.dots import dots
from kr_industry.charts.grids import matrix, squares
from kr_industry.charts.maps import ties, tiles
from kr_industry.charts.series import fan, gapline, kink, mark, spans
