"""A shop whose response is known plans, evaluates and learns: it earns more, unless there is nothing to learn."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def learning() -> Any:
    path = Path(__file__).parents[1] / "benchmarks" / "learning.py"
    spec = importlib.util.spec_from_file_location("learning_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_exploring_first_earns_more_in_the_end_than_a_wrong_assumption_or_the_same_coupon_for_all(learning: Any):
    worlds = {seed: learning.draw(seed, 6_000, differs=True) for seed in (5, 7)}

    def played(**way: bool) -> list[float]:
        rounds = [learning.play(world, seed, **way)[0] for seed, world in worlds.items()]
        return [sum(nets) for nets in zip(*rounds, strict=True)]

    guessed, explored = played(explores=False, learns=False), played(explores=True)
    assert explored[0] < guessed[0]  # the first round pays for what it tells
    assert explored[1] > guessed[1]
    assert explored[2] > max(guessed[2], sum(map(learning.same_for_all, worlds.values())))


def test_where_segments_do_not_differ_the_average_is_used(learning: Any):
    world = learning.draw(0, 8_000, differs=False)
    _nets, table = learning.play(world, 0, explores=True)
    alike = [known for known in table.offers if known.learning.tau_squared == 0]
    assert alike
    for known in alike:
        assert {one.expected.effect for one in known.learning.segments} == {known.learning.mean.effect}
        assert known.learning.notes
