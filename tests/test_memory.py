"""What is remembered for equal arguments is what would be computed anew, and nobody can spoil it."""

import pandas as pd

from kr_industry.memory import remembered


def test_a_result_is_computed_once_and_everybody_gets_a_copy():
    asked = []

    @remembered
    def double(frame: pd.DataFrame, times: int = 2) -> pd.DataFrame:
        """Twice as much."""
        asked.append(times)
        return frame * times

    frame = pd.DataFrame({"a": [1, 2]})
    first = double(frame)
    first.loc[0, "a"] = 99
    assert double(frame)["a"].tolist() == [2, 4]
    assert double(pd.DataFrame({"a": [1, 2]}), times=3)["a"].tolist() == [3, 6]
    frame.loc[0, "a"] = 5
    assert double(frame)["a"].tolist() == [10, 4]
    assert asked == [2, 3, 2]
    assert double.__doc__ == "Twice as much."
