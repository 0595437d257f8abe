"""First come, first served; the youngest promise gives back first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules.allocation import Claim, allocate, take_back


@pytest.mark.parametrize(
    ("free", "claims", "given_"),
    [
        ({"a": 5}, [Claim(1, "a", 3), Claim(2, "a", 3)], {1: 3, 2: 2}),
        ({"a": 0}, [Claim(1, "a", 3)], {}),
        ({}, [Claim(1, "a", 3)], {}),
        ({"a": 5, "b": 1}, [Claim(1, "a", 2), Claim(2, "b", 2), Claim(3, "a", 9)], {1: 2, 2: 1, 3: 3}),
        ({"a": 9}, [], {}),
    ],
)
@pytest.mark.covers("STK-13")
def test_allocate_serves_in_order(free, claims, given_):
    assert allocate(free, claims) == given_


def test_take_back_takes_from_the_youngest():
    assert take_back({"a": 3}, [Claim(1, "a", 4), Claim(2, "a", 2), Claim(3, "b", 2)]) == {2: 2, 1: 1}


@given(
    free=st.dictionaries(st.sampled_from("abc"), st.integers(0, 20)),
    claims=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), max_size=12),
)
def test_allocate_never_gives_more_than_there_is(free, claims):
    asked = [Claim(i, place, pieces) for i, (place, pieces) in enumerate(claims)]
    result = allocate(free, asked)
    for place in "abc":
        given_here = sum(result.get(c.ref, 0) for c in asked if c.place == place)
        wanted = sum(c.pieces for c in asked if c.place == place)
        assert given_here == min(wanted, free.get(place, 0))
    assert all(result.get(c.ref, 0) <= c.pieces for c in asked)
