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


def test_learning_earns_more_round_by_round_and_exploring_first_beats_a_wrong_assumption(learning: Any):
    worlds = [learning.draw(seed, 6_000, differs=True) for seed in (5, 7)]
    guessed, learned, explored = (
        [
            sum(nets)
            for nets in zip(*(learning.play(world, seed, **way)[0] for seed, world in enumerate(worlds)), strict=True)
        ]
        for way in ({"explores": False, "learns": False}, {"explores": False}, {"explores": True})
    )
    for_all = sum(map(learning.same_for_all, worlds))
    assert explored[0] < explored[2]  # the first round pays for what it tells
    assert explored[2] > for_all
    assert explored[2] > guessed[2]
    assert learned[2] > learned[0] == guessed[0]


def test_where_segments_do_not_differ_the_average_is_used(learning: Any):
    world = learning.draw(0, 8_000, differs=False)
    _nets, table = learning.play(world, 0, explores=True)
    alike = [known for known in table.offers if known.learning.tau_squared == 0]
    assert alike
    for known in alike:
        assert {one.expected.effect for one in known.learning.segments} == {known.learning.mean.effect}
        assert known.learning.notes
