"""Declarations that are refused at the start."""

from __future__ import annotations

from typing import Any

import django_filters
import pytest
from rest_framework import serializers

from core.checks import faults, indexed
from core.listing import Action, Column, Listing, RowPart
from core.models import ActivityEntry, Job


class Row(serializers.Serializer):
    id = serializers.CharField()
    title = serializers.CharField()


class Filter(django_filters.FilterSet):
    title = django_filters.CharFilter()


def make(**more: Any) -> Listing:
    given = {
        "name": "x",
        "title": "X",
        "permission": "core.view_job",
        "model": Job,
        "row": Row,
        "columns": (Column("title"),),
        **more,
    }
    return type("X", (Listing,), given)()


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        ({}, None),
        ({"permission": ""}, "has no permission"),
        ({"columns": (Column("nonsense"),)}, "column nonsense uses nonsense"),
        ({"columns": (Column("title", money=True),)}, "column title uses currency"),
        ({"columns": (Column("title", sortable=True),)}, "sort title reads title"),
        ({"filters": Filter}, "filter title asks title"),
        ({"filters": Filter, "small": True}, None),
        ({"filters": Filter, "scan_ok": {"title": "few"}}, None),
        ({"actions": (Action(name="a", label="A"),)}, "action a has no permission"),
        ({"actions": (Action(name="a", permission="p", undo="b"),)}, "undone by b"),
        ({"personal": frozenset({"title"})}, "no permission for them"),
        ({"personal": frozenset({"phone"}), "personal_permission": "p"}, "personal fields that the row does not have: phone"),
        ({"columns": (Column("both", html=str, text=str, needs=("title",)),)}, None),
        ({"parts": (RowPart("p", {"more": serializers.CharField()}),)}, "part p: nothing fills more"),
        ({"parts": (RowPart("p", {"more": serializers.CharField()}, inline={"more": "x"}),)}, None),
        ({"parts": (RowPart("p", {"more": serializers.CharField()}, lambda ids, actor: {}, columns=(Column("more"),)),)}, None),
    ],
)  # fmt: skip
def test_a_declaration_is_refused_with_the_reason(declared: dict, fault: str | None) -> None:
    found = list(faults(make(**declared)))
    assert (fault is None and found == []) or (fault is not None and any(fault in text for text in found)), found


@pytest.mark.parametrize(
    ("model", "lookup", "answer"),
    [
        (Job, "requester", True),
        (Job, "title", False),
        (Job, "created_at", True),
        (ActivityEntry, "at", True),
        (ActivityEntry, "verb", False),
        (Job, "requester__username", True),
        (Job, "requester__first_name", False),
    ],
)
def test_an_index_must_start_with_the_column(model: Any, lookup: str, answer: bool) -> None:
    assert indexed(model, lookup) is answer


def test_an_action_knows_its_words() -> None:
    with pytest.raises(TypeError):
        Action(nmae="x")
