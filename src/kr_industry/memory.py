"""What has been computed is remembered for equal arguments, so that a change costs only what it touches.

It is for functions that their arguments decide: none may read a file, which may have changed. Arguments are compared
as pickled, so that a table counts by what it holds.
"""

import io
import pickle
from collections.abc import Callable
from functools import lru_cache, wraps

import pandas as pd


def remembered(compute: Callable) -> Callable:
    """The function, which computes but once for equal arguments; every caller gets a copy of its own."""

    @lru_cache(maxsize=32)
    def computed(given: bytes) -> bytes:
        arguments, named = pickle.loads(given)  # noqa: S301 — written below
        return pickle.dumps(compute(*arguments, **named))

    @wraps(compute)
    def from_memory(*arguments, **named):
        given = io.BytesIO()
        _Pickler(given).dump((arguments, named))
        return pickle.loads(computed(given.getvalue()))  # noqa: S301 — written above

    return from_memory


class _Pickler(pickle.Pickler):
    """Writes equal tables alike, also where a column has computed and kept something of itself."""

    def reducer_override(self, given: object) -> object:
        """How columns with missing numbers are written."""
        if isinstance(given, pd.arrays.IntegerArray | pd.arrays.FloatingArray | pd.arrays.BooleanArray):
            return type(given), (given.to_numpy(given.dtype.numpy_dtype, na_value=0), given.isna())
        return NotImplemented
