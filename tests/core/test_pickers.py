"""Fields where people choose by name what tables keep as codes: read from pages, from pasted lists and from programs."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.utils.translation import override

from core.fieldrows import FieldRows
from core.pickers import CodesField, CountryField, codes_in_words, countries_field

THINGS = [("a", "Apples"), ("b", "Beans · b"), ("c", "Corn")]


class Asked(forms.Form):
    """One of each."""

    country = CountryField(required=False, more={"ZZ": "All others"})
    countries = countries_field("Countries")
    things = CodesField(choices=THINGS, label="Things", empty="*", unknown="There is no “%(value)s”.", max_length=5)
    rows = FieldRows(
        required=False, label="Rows", columns={
            "thing": forms.ChoiceField(choices=[("", ""), *THINGS], label="Thing"), "note": forms.CharField(required=False, label="Note"),
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ""), ("DE", "DE"), ("de;fr", "DE;FR"), ("DE, FR\nIT", "DE;FR;IT"), ("DE FR IT", "DE;FR;IT"), ("Germany; 法国；日本", "DE;FR;JP"),
        ("DE;DE", "DE"), ("UK", "GB"),
    ],
)  # fmt: skip
def test_countries_are_read_however_they_were_pasted(text: str, codes: str) -> None:
    """Codes and names, in either language, with any separator; from a page as from a program."""
    form = Asked({"countries": text})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["countries"] == codes
    page = QueryDict(mutable=True)
    page.setlist("countries", codes.split(";") if codes else [])
    sent = Asked(page)
    assert sent.is_valid()
    assert sent.cleaned_data["countries"] == codes


def test_what_is_not_known_is_named() -> None:
    """The first unknown word stands in the sentence."""
    form = Asked({"countries": "DE;Atlantis", "things": "a;x", "country": "Q9"})
    assert not form.is_valid()
    assert "Atlantis" in form.errors["countries"][0]
    assert "x" in form.errors["things"][0]
    assert "Q9" in form.errors["country"][0]


def test_the_order_chosen_stays_and_names_are_shown() -> None:
    """What is chosen stands first, in its order; nothing chosen means all."""
    form = Asked({"things": "c;a", "country": "zz"})
    assert form.is_valid()
    assert form.cleaned_data["things"] == "c;a"
    assert form.cleaned_data["country"] == "ZZ"
    assert Asked({}).is_valid()
    html = str(Asked(initial={"things": "c;a"})["things"])
    assert html.index("Corn") < html.index("Apples") < html.index("Beans")
    assert html.count("selected") == 2
    empty = Asked({})
    empty.is_valid()
    assert empty.cleaned_data["things"] == "*"
    assert Asked({"things": "a;b;c"}).is_valid()
    assert codes_in_words("DE;FR", lambda code: code.lower()) == "de, fr"
    assert codes_in_words("*", {}, "every service") == "Every service"
    with override("zh-hans"):
        assert "德国" in str(Asked()["countries"])


def test_rows_of_fields_name_the_row_that_is_wrong() -> None:
    """Empty lines are left out; each cell is cleaned by its own field."""
    data: dict[str, Any] = {"rows-0-thing": "a", "rows-0-note": "first", "rows-2-thing": "c"}
    form = Asked(data)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["rows"] == [{"thing": "a", "note": "first"}, {"thing": "c", "note": ""}]
    wrong = Asked({"rows-0-thing": "a", "rows-1-thing": "q"})
    assert not wrong.is_valid()
    assert "2" in wrong.errors["rows"][0]
    html = str(Asked(initial={"rows": [{"thing": "c", "note": "x"}]})["rows"])
    assert html.count("<label") == 8, "one row that is there and three spare ones, each cell with its label"


def test_a_table_with_many_rows_keeps_all_of_them() -> None:
    """What is held is shown, and what is shown comes back: saving a long table loses nothing."""
    held = [{"thing": "a", "note": f"n{number}"} for number in range(75)]
    shown = str(Asked(initial={"rows": held})["rows"])
    assert "n74" in shown and 'name="rows-77-note"' in shown, "with spare rows below"
    sent = {f"rows-{number}-{name}": value for number, row in enumerate(held) for name, value in row.items()}
    form = Asked(sent)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["rows"] == held


def test_a_code_is_itself_whatever_others_are_called() -> None:
    """Somebody calls a thing like the code of another one: what was chosen stays what was chosen."""
    field = CodesField(
        choices=[("EMS", "Express mail · EMS"), ("X1", "EMS · X1"), ("X2", "Parcels · X2")], label="Things"
    )
    assert field.clean(["EMS"]) == "EMS"
    assert field.clean("express mail; Parcels") == "EMS;X2"


def test_a_widget_that_is_shared_asks_each_time_what_it_offers() -> None:
    """The fields of a row live as long as the process: what came since the first page is offered on the next."""
    known = [("EMS", "EMS")]
    field = CodesField(choices=lambda: known)
    assert "DHL" not in field.widget.render("x", ["EMS"])
    known.append(("DHL", "DHL express"))
    shown = field.widget.render("x", ["DHL", "EMS"])
    assert shown.index('value="DHL" selected') < shown.index('value="EMS" selected')
