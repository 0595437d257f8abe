"""Buyers' notes in seven languages become structured wishes (ORD-03)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.rules.wishes import Line, colours_in, has_colour, read
from orders.selectors import lexicon

ONE = [Line(1, "AB-1")]
TWO = [Line(1, "AB-1"), Line(2, "CD-2")]


def found(note, lines=ONE):
    return [(w.kind, w.value, w.line) for w in read(note, lines, lexicon()).wishes]


@pytest.mark.covers("ORD-03")
@pytest.mark.parametrize(
    ("note", "wishes"),
    [
        ("Please send red, size M", [("colour", "red", 1), ("size", "M", 1)]),
        ("红色 M 码", [("colour", "red", 1), ("size", "M", 1)]),
        ("要红的，大号", [("colour", "red", 1), ("size", "L", 1)]),
        ("Пожалуйста, красный цвет, размер 42", [("colour", "red", 1), ("size", "42", 1)]),
        ("Hola, quiero el rojo talla 38 por favor", [("colour", "red", 1), ("size", "38", 1)]),
        ("Olá, cor vermelha, tamanho G", [("colour", "red", 1), ("size", "G", 1)]),
        ("Bonjour, la robe verte taille M", [("colour", "green", 1), ("size", "M", 1)]),
        ("Bitte in blau, Größe L", [("colour", "blue", 1), ("size", "L", 1)]),
        ("EU 38 or XXL", [("size", "XXL", 1), ("size", "EU 38", 1)]),
        ("2 red and 1 blue", [("colour", "red × 2", 1), ("colour", "blue × 1", 1)]),
        ("3个红色", [("colour", "red × 3", 1)]),
        ("mixed colours please", [("colour", "assorted", 1)]),
        ("color as in photo 3", [("colour", "color as in photo 3", 1)]),
    ],
)
def test_colours_and_sizes(note, wishes):
    assert found(note) == wishes


@pytest.mark.parametrize(
    ("note", "wishes"),
    [
        ("no green please, send blue", [("colour", "not green", 1), ("colour", "blue", 1)]),
        ("don't send green", [("colour", "not green", 1)]),
        ("不要绿色，要红色", [("colour", "not green", 1), ("colour", "red", 1)]),
        ("только не зеленый", [("colour", "not green", 1)]),
        ("nicht rot sondern blau", [("colour", "not red", 1), ("colour", "blue", 1)]),
        ("pas de rouge", [("colour", "not red", 1)]),
        ("sin verde", [("colour", "not green", 1)]),
        ("não quero preto", [("colour", "not black", 1)]),
    ],
)
def test_negations(note, wishes):
    assert found(note) == wishes


@pytest.mark.parametrize(
    ("note", "value"),
    [
        ("gift wrap please", "gift wrapping"), ("礼盒包装", "gift wrapping"), ("это подарок", "gift wrapping"),
        ("papel de regalo", "gift wrapping"), ("emballage cadeau", "gift wrapping"), ("bitte als Geschenk", "gift wrapping"),
        ("embrulho para presente", "gift wrapping"), ("upакуйте / упакуйте хорошо", "careful packing"),
        ("no invoice in the parcel", "no invoice in the parcel"), ("不要发票", "no invoice in the parcel"),
        ("each in a bag", "packed separately"), ("ship together", "packed together"), ("plain box, no logo", "plain packing"),
    ],
)  # fmt: skip
def test_packing(note, value):
    assert (("packing", value, 1)) in found(note)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "   ",
        "Hello, thank you!",
        "谢谢，特别喜欢",
        "Спасибо большое",
        "Gracias",
        "Danke",
        "Merci beaucoup",
        "obrigado",
        "!!!",
        "5",
    ],
)
def test_greetings_ask_for_nothing(note):
    reading = read(note, ONE, lexicon())
    assert (reading.wishes, reading.cancel) == ((), False)


def test_anything_else_is_kept_in_the_buyers_words():
    text = "Please call before delivery to the neighbour"
    assert found(text) == [("other", text, None)]
    assert found("白天送货")[0][0] == "other"


@pytest.mark.parametrize(
    ("note", "wishes"),
    [
        ("line 2: red", [("colour", "red", 2)]),
        ("1) red\n2) blue, not green", [("colour", "red", 1), ("colour", "blue", 2), ("colour", "not green", 2)]),
        ("第二个要蓝色的", [("colour", "blue", 2)]),
        ("AB-1 in pink; CD-2 gold", [("colour", "pink", 1), ("colour", "gold", 2)]),
        ("line 7: red", [("colour", "red", None)]),
        ("red", [("colour", "red", None)]),
    ],
)
def test_a_wish_belongs_to_the_line_it_names(note, wishes):
    assert found(note, TWO) == wishes


@pytest.mark.parametrize(
    ("note", "cancel"),
    [
        ("please cancel my order", True), ("取消订单", True), ("Отмените заказ", True), ("quiero cancelar", True), ("annulez svp", True),
        ("bitte stornieren", True), ("don't cancel please", False), ("red please", False),
    ],
)  # fmt: skip
def test_a_wish_to_cancel_is_heard(note, cancel):
    assert read(note, ONE, lexicon()).cancel is cancel


@pytest.mark.parametrize(
    ("text", "one", "many"),
    [
        ("Color:Red", True, 1),
        ("red/blue", True, 2),
        ("mixed colours", False, 99),
        ("Size:M", False, 0),
        ("颜色:红色,尺码:M", True, 1),
        ("", False, 0),
    ],
)
def test_colours_of_a_variant(text, one, many):
    assert has_colour(text, lexicon()) is one
    assert colours_in(text, lexicon()) == many


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read(note):
    for wish in read(note, TWO, lexicon()).wishes:
        assert wish.kind in {"colour", "size", "packing", "other"}
        assert wish.text
        assert len(wish.text) <= 300
        assert wish.line in (None, 1, 2)


@pytest.mark.parametrize("digit", ["\u1369", "²", "\u2460"])
def test_digits_that_cannot_be_read_stop_no_import(digit):
    assert [wish[:2] for wish in found(f"line {digit} red", TWO)] == [("colour", "red")]
