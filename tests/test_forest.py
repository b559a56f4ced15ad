"""The forest of inviters: generations, circles, structural virality."""

from __future__ import annotations

from typing import Any

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu_cli.core.referral.forest import grow_forest


@pytest.mark.parametrize("people", [2, 3, 10, 1000])
def test_the_virality_of_a_star_is_nearly_two_and_of_a_chain_a_third_of_its_length(people: int):
    star = grow_forest(np.array([-1] + [0] * (people - 1)))
    chain = grow_forest(np.arange(-1, people - 1))
    assert star.cascades()[2] == pytest.approx([2 - 2 / people])
    assert chain.cascades()[2] == pytest.approx([(people + 1) / 3])
    assert (star.depth, chain.depth) == (1, people - 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1, 30), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_the_virality_of_any_forest_is_networkx_wiener_index_over_pairs(drawn: list[int], random: Any):
    parent = np.array([min(above, place - 1) for place, above in enumerate(drawn)])
    names = list(range(len(parent)))
    random.shuffle(names)
    shuffled = np.full(len(parent), -1)
    for place, above in enumerate(parent):
        shuffled[names[place]] = names[above] if above >= 0 else -1
    seeds, sizes, virality = grow_forest(shuffled).cascades()
    graph = networkx.Graph((int(above), place) for place, above in enumerate(shuffled) if above >= 0)
    graph.add_nodes_from(range(len(shuffled)))
    for seed, size, found in zip(seeds, sizes, virality, strict=True):
        tree = graph.subgraph(networkx.node_connected_component(graph, int(seed)))
        assert size == len(tree)
        pairs = len(tree) * (len(tree) - 1) / 2
        assert found == pytest.approx(networkx.wiener_index(tree) / pairs if pairs else 0)


def test_whoever_is_on_a_circle_or_below_one_has_no_generation():
    forest = grow_forest(np.array([1, 2, 0, 2, 3, -1, 5]))
    assert forest.is_cyclic.tolist() == [True] * 5 + [False] * 2
    assert forest.generations() == [1, 1]
