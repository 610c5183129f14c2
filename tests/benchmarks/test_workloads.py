"""Each workload computes the same in gradnb, by hand and in the tuned form, so that their times can be compared."""

from __future__ import annotations

import numpy as np
import pytest

from .columns import COLUMNS
from .workloads import WORKLOADS, Job, Workload, after_three_steps, chain, disagreement


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.key)
def test_the_columns_agree(workload: Workload) -> None:
    problem = workload.problem(tiny=True)
    jobs = {name: COLUMNS[name].job(workload, problem) for name in ("hand", "gradnb", "tuned")}
    hand, gradnb, tuned = jobs.values()
    assert hand is not None and gradnb is not None
    expected = after_three_steps(hand)
    assert disagreement(after_three_steps(gradnb), expected) <= workload.tolerance
    assert tuned is not None or workload.key.startswith("W1")
    if tuned is not None:
        assert disagreement(after_three_steps(tuned), expected) <= workload.tolerance


def test_a_long_chain_is_the_chain() -> None:
    problem = chain(np.random.default_rng(5), 3)
    (_, expected) = COLUMNS["hand"].load().chain(problem).step()
    np.testing.assert_allclose(COLUMNS["gradnb"].load().long_chain(problem), expected, rtol=1e-5)


def test_a_column_that_computes_something_else_is_found_out() -> None:
    right = np.array([1.0, -4.0])
    assert disagreement([right + 1e-3], [right]) == pytest.approx(2.5e-4)
    with pytest.raises(ValueError, match="Result 0 is float32"):
        disagreement([right.astype(np.float32)], [right])
    with pytest.raises(ValueError, match="There are 0 results, not 1"):
        disagreement([], [right])


def test_the_results_are_those_of_the_third_step_and_the_weights_after_it() -> None:
    steps: list[int] = []

    def step() -> tuple[int]:
        steps.append(len(steps))
        return (steps[-1],)

    assert after_three_steps(Job(step, lambda: [sum(steps)])) == [2, 3]
