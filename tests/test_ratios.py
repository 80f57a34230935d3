import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kr_industry.ratios import within_between

numbers = st.floats(min_value=1e-3, max_value=1e6)


@st.composite
def tables(draw):
    """Two tables of parts, a over b."""
    size = draw(st.integers(1, 8))
    columns = [draw(st.lists(numbers, min_size=size, max_size=size)) for _ in range(4)]
    names = [f"part {i}" for i in range(size)]
    return tuple(pd.DataFrame({"a": a, "b": b}, index=names) for a, b in (columns[:2], columns[2:]))


def _ratio(table):
    return table["a"].sum() / table["b"].sum()


@given(tables())
def test_within_plus_between_is_the_change(pair):
    before, after = pair
    scale = max(_ratio(before), _ratio(after), *(before["a"] / before["b"]), *(after["a"] / after["b"]))
    found = within_between(before, after).to_numpy().sum()
    assert found == pytest.approx(_ratio(after) - _ratio(before), abs=1e-9 * scale)


@given(tables())
def test_swapping_the_years_turns_every_sign(pair):
    there, back = within_between(*pair), within_between(*reversed(pair))
    assert there.to_numpy() == pytest.approx(-back.to_numpy(), rel=1e-6, abs=1e-9)


@given(tables(), st.floats(min_value=1e-2, max_value=1e2))
def test_units_of_the_denominator_and_order_do_not_matter(pair, scale):
    once = within_between(*pair)
    scaled = within_between(*(table.assign(b=table["b"] * scale) for table in pair)) * scale
    assert scaled.to_numpy() == pytest.approx(once.to_numpy(), rel=1e-6, abs=1e-9 * scale)
    turned = within_between(*(table.iloc[::-1] for table in pair)).loc[once.index]
    assert turned.to_numpy() == pytest.approx(once.to_numpy(), rel=1e-9, abs=1e-12)


def test_equal_ratios_change_only_within_and_equal_weights_too():
    """What moves the mean is unambiguous in these two cases."""
    old = pd.DataFrame({"a": [2, 6], "b": [10, 30]}, index=["x", "y"])  # 20 % each
    new = pd.DataFrame({"a": [9, 3], "b": [30, 10]}, index=["x", "y"])  # 30 % each
    found = within_between(old, new)
    assert found["between"].abs().max() == pytest.approx(0)
    assert found["within"].sum() == pytest.approx(0.1)
    same = within_between(old, old.assign(a=[3, 6]))
    assert same["between"].tolist() == [0, 0]
    assert same["within"].tolist() == pytest.approx([0.25 * 0.1, 0])


def test_it_is_the_mean_of_both_orders():
    """Shapley: within first and between first, averaged (Albrecht et al. 2002)."""
    old = pd.DataFrame({"a": [1.0, 9], "b": [10.0, 30]}, index=["x", "y"])
    new = pd.DataFrame({"a": [8.0, 4], "b": [20.0, 20]}, index=["x", "y"])
    ratio = [(t["a"] / t["b"]).to_numpy() for t in (old, new)]
    weight = [(t["b"] / t["b"].sum()).to_numpy() for t in (old, new)]
    first = np.sum(weight[0] * (ratio[1] - ratio[0]))
    second = np.sum(weight[1] * (ratio[1] - ratio[0]))
    assert within_between(old, new)["within"].sum() == pytest.approx((first + second) / 2)


@pytest.mark.parametrize(
    ("rows", "message"),
    [({"x": (1, 0)}, "x has 1 over 0"), ({"x": (-1, 2)}, "x has -1 over 2"), ({"x": (float("nan"), 2)}, "x has nan"),
     ({"y": (1, 2)}, "parts differ")],
)  # fmt: skip
def test_ratios_that_cannot_be_are_refused(rows, message):
    good = pd.DataFrame({"a": [1], "b": [2]}, index=["x"])
    bad = pd.DataFrame.from_dict(rows, orient="index", columns=["a", "b"])
    with pytest.raises(ValueError, match=message):
        within_between(good, bad)
