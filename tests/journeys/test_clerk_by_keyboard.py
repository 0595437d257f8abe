"""A clerk's whole day without a mouse: every step by keys alone, and the focus is always somewhere in sight."""

from __future__ import annotations

from typing import Any

import pytest
from django_scopes import scopes_disabled

from conversations.models import Message
from orders.models import Order
from tests.factories.accounts import make_person
from tests.journeys import clerk
from tests.journeys.hands import Keyboard
from worklist.models import Duty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_hands_have_no_mouse(page: Any) -> None:
    """What the day is lived with offers no click and no way to the page behind it."""
    hands = Keyboard(page)
    assert {name for name in dir(hands) if not name.startswith("_")} == {
        "press", "type", "paste", "go", "tab_to", "sees", "misses", "reads", "attribute", "focus", "value", "stands", "waits", "address",
        "shot",
    }  # fmt: skip
    with pytest.raises(AttributeError):
        hands.page  # type: ignore[attr-defined]


@pytest.fixture
def day(page: Any, live_server: Any) -> Any:
    """The morning, and a keyboard in front of the page of sign-in."""
    with scopes_disabled():
        made = clerk.morning()
        make_person("supervisor", username="anna", display_name="Anna Wu")
        page.goto("/")
        yield Keyboard(page), made
        page.wait_for_load_state("networkidle")
    page.faults[:] = [fault for fault in page.faults if "422" not in fault]


@pytest.mark.covers("ORD-01", "OPS-11")
def test_a_whole_day_by_keyboard(day: Any) -> None:
    hands, morning = day
    signs_in(hands)
    works_through_today(hands)
    answers_letters(hands, morning)
    greets_and_holds(hands, morning)
    looks_after_an_order(hands, morning)
    finds_things(hands, morning)
    replies_to_a_rating(hands)
    answers_a_case(hands, morning)
    signs_out(hands)


def signs_in(hands: Keyboard) -> None:
    """The cursor stands in the first field."""
    hands.type("clerk")
    hands.press("Tab")
    hands.type(clerk.PASSWORD)
    hands.go("Enter", to="/today/")
    hands.press("Tab")
    assert "Skip to the content" in hands.focus()
    hands.press("Enter")
    hands.waits(
        "['main', 'work-rows'].includes(document.activeElement.id)"
    )  # the list takes the keys once its pane stands


def current(hands: Keyboard) -> str:
    """The line of a work page that is chosen."""
    return hands.reads("#work-rows .w-row[aria-current]")


def walk_to(hands: Keyboard, words: str) -> None:
    """Down the list until that line is chosen and open."""
    hands.press("k", "k", "k", "k", "k", "k", "k", "k")
    for _line in range(12):
        if words in current(hands):
            break
        hands.press("j")
    assert words in current(hands)
    hands.waits("!document.querySelector('#subject').inert && !!document.querySelector('#subject [data-subject]')")


def works_through_today(hands: Keyboard) -> None:
    """Take a line, put one away and get it back, follow a parcel, end a line in words of one key."""
    hands.sees("#subject [data-subject]")
    walk_to(hands, "Parcel needs a decision")
    hands.press("c")
    hands.sees("#subject button:has-text('Let go')")
    hands.stands()
    hands.press("s")
    hands.sees("#dialog .quick button:focus")
    hands.press("2")
    hands.misses("#work-rows .w-row:has-text('Parcel needs a decision')")
    hands.stands()
    hands.press("z")
    hands.sees("#work-rows .w-row[aria-current]:has-text('Parcel needs a decision')")
    hands.stands()
    hands.shot("keyboard-today")
    # the next step opens the parcel; an event is written down there
    walk_to(hands, "Parcel needs a decision")
    hands.go("Enter", to="/parcels/*/")
    hands.press("v")
    hands.sees("#dialog select:focus")
    hands.type("Left")
    hands.tab_to("description")
    hands.type("Departed from Leipzig")
    hands.press("Control+Enter")
    hands.sees("#timeline >> text=Departed from Leipzig")
    hands.go("g", "t", to="/today/")
    hands.sees("#subject [data-subject]")
    walk_to(hands, "Parcel needs a decision")
    hands.press("e")
    hands.sees("#dialog .quick button:focus")
    hands.press("1")
    hands.misses("#work-rows .w-row:has-text('Parcel needs a decision')")
    hands.stands()
    assert Duty.objects.get(rule="logistics.parcel_step").reason == "Settled with the buyer"


def greets_and_holds(hands: Keyboard, morning: clerk.Morning) -> None:
    """Two orders greeted together after a look at what will happen; one held from the list and let go again; a filter."""
    hands.go("g", "o", to="/orders/")
    hands.sees("#rows tbody tr")
    hands.press("q")
    hands.type("8000")
    hands.waits("location.search.includes('q=8000')")
    hands.sees("#rows tbody tr", count=3)
    assert hands.value() == "8000"
    hands.press("Escape")
    hands.press("j")
    hands.stands()
    hands.press("x", "j", "x")
    assert hands.reads("#bulk [data-count]") == "2 selected"
    hands.press("w")
    hands.sees("#dialog [value=apply]:focus")
    hands.shot("keyboard-greet")
    hands.press("Enter")
    hands.sees("#dialog a.primary[data-close]:focus")
    assert hands.reads("#dialog .sums b") == "2"
    hands.press("Enter")
    hands.misses("#dialog[open]")
    hands.stands()
    assert Order.objects.filter(greeted_at__isnull=False).count() == 2
    # the row of the cursor, without ticking it first
    hands.press("h")
    hands.sees("#dialog select:focus")
    hands.type("Addr")
    hands.press("Control+Enter")
    hands.sees("#dialog [value=apply]:focus")
    hands.press("Enter")
    hands.sees("#dialog [data-key=z]")
    assert Order.objects.filter(state="held").count() == 1
    hands.press("z")
    hands.misses("#dialog[open]")
    hands.stands()
    assert not Order.objects.filter(state="held").exists()
    # a filter of the bar, then the first view again
    hands.press("q")
    hands.tab_to("Country")
    hands.press("Enter")
    hands.sees(".f-menu[open] input:focus, .f-menu[open] select:focus")
    hands.type("Br")
    hands.shot("keyboard-filter")
    hands.press("Enter")
    hands.sees(".f.set")
    hands.stands()
    hands.press("1")
    hands.misses(".f.set")
    hands.stands()


def looks_after_an_order(hands: Keyboard, morning: clerk.Morning) -> None:
    """A note that names a colleague, and a wish that cannot be met."""
    hands.press("/")
    hands.type(morning.wished.number)
    hands.go("Enter", to=f"/orders/{morning.wished.pk}/")
    hands.press("n")
    hands.type("Red is sold out, @an")
    hands.sees(".mention-list [aria-selected=true]")
    hands.press("Enter")
    assert hands.value() == "Red is sold out, @anna "
    hands.type("shall I offer blue?")
    hands.press("Control+Enter")
    hands.sees("#timeline >> text=shall I offer blue?")
    hands.press("u")
    hands.sees(".d-h >> text=Held")
    morning.wished.refresh_from_db()
    assert (morning.wished.state, morning.wished.hold_reason) == ("held", "wish")
    assert Duty.objects.filter(rule="worklist.mention", closed_at__isnull=True).count() == 1


def answers_letters(hands: Keyboard, morning: clerk.Morning) -> None:
    """Read, a ready text, the next, own words."""
    hands.go("g", "m", to="/messages/")
    hands.sees("#subject .thread [data-unanswered]")
    assert "Hello, letter" in hands.reads("#subject .thread")
    hands.press("Enter")
    hands.sees("#reply-text:focus")
    hands.press(";")
    hands.sees("[data-texts-box][open] input:focus")
    hands.type("X09")
    hands.press("Enter")
    hands.waits("/photo/.test(document.querySelector('#reply-text').value)")
    hands.stands()
    hands.press("Control+Enter")
    hands.sees("#work-rows .w-row:not(.going)", count=1)
    hands.waits("!document.querySelector('#subject').inert")
    hands.stands()
    hands.press("Enter")
    hands.sees("#reply-text:focus")
    hands.type("It left China on Monday.")
    hands.press("Control+Enter")
    hands.sees("text=Every buyer has an answer.")
    hands.stands()
    assert Message.objects.filter(author__username="clerk").exclude(template_code="T01").count() == 2


def finds_things(hands: Keyboard, morning: clerk.Morning) -> None:
    """The palette, the sheet of keys, and several numbers pasted at once."""
    hands.press("Control+k")
    hands.sees("#palette input:focus")
    hands.type("customers")
    hands.go("Enter", to="/customers/")
    hands.press("?")
    hands.sees("#keys[open]")
    assert "Filter, search this list" in hands.reads("#keys")
    hands.press("Escape")
    hands.misses("#keys[open]")
    numbers = [order.number for order in morning.new]
    hands.press("/")
    hands.paste("\n".join([*numbers, "9999999999"]))
    assert hands.value() == " ".join([*numbers, "9999999999"])
    hands.go("Enter", to="/search/")
    assert "3 of 4 numbers found" in hands.reads("main")
    hands.press("j", "j")
    hands.stands()
    hands.go("Enter", to=f"/orders/{morning.new[1].pk}/")


def replies_to_a_rating(hands: Keyboard) -> None:
    """The house's text is replaced by own words, and posted by hand in the shop."""
    hands.go("g", "f", to="/feedback/")
    hands.press("j")
    hands.go("Enter", to="/feedback/*/")
    hands.press("Enter")
    hands.sees("#dialog textarea:focus")
    hands.press("Control+a")
    hands.type("We are sorry and have written to you.")
    hands.press("Control+Enter")
    hands.sees("main >> text=Post this reply in the shop")
    hands.press("Enter")
    hands.sees(".d-h >> text=Answered")


def answers_a_case(hands: Keyboard, morning: clerk.Morning) -> None:
    """Offer, words, a look at what will happen, and done."""
    assert morning.case is not None
    hands.go("g", "u", to="/cases/")
    hands.press("j")
    hands.go("Enter", to=f"/cases/{morning.case.pk}/")
    hands.go("Enter", to="/cases/*/answer/")
    hands.sees("#main form select:focus")
    hands.tab_to("Text", most=3)
    hands.type("We are sorry. Please take a part of the money back.")
    hands.press("Control+Enter")
    hands.sees("[value=send]:focus")
    hands.go("Enter", to=f"/cases/{morning.case.pk}/")
    hands.press("Enter")
    hands.sees(".d-h >> text=Waits for the buyer")
    morning.case.refresh_from_db()
    assert morning.case.state == "for_buyer"


def signs_out(hands: Keyboard) -> None:
    """By its words; nobody is left behind the door."""
    hands.press("Control+k")
    hands.sees("#palette input:focus")
    hands.type("sign out")
    hands.go("Enter", to="/accounts/login/")
    assert "login" in hands.focus()
