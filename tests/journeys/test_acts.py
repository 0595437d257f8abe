"""A clerk's twenty commonest acts, done in a browser and counted: clicks and keys may become fewer, never more (docs/acts.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django_scopes import scopes_disabled

from core.listing.base import LISTINGS
from orders.models import Order
from tests.journeys import clerk
from tests.journeys.hands import until

#: Act -> (clicks and keys with the mouse, keys with the keyboard alone). What one writes counts not.
MOST = {
    "open today's list": ((1, 0), 2),
    "go to the next line": ((1, 0), 1),
    "take a line": ((1, 0), 1),
    "put a line away until tomorrow": ((2, 0), 2),
    "take back what was just done": ((1, 0), 1),
    "answer a letter with a ready text": ((3, 0), 3),
    "answer a letter in own words": ((2, 0), 2),
    "find an order by its number": ((1, 1), 2),
    "find several pasted numbers": ((1, 2), 3),
    "greet one order": ((2, 0), 2),
    "settle a wish that cannot be met": ((1, 0), 1),
    "release a held order": ((2, 0), 2),
    "hold an order": ((2, 0), 2),
    "add an internal note": ((2, 0), 2),
    "flag an order": ((2, 0), 2),
    "greet all orders of a view": ((4, 0), 4),
    "export the list": ((2, 0), 2),
    "open an order's parcel": ((1, 0), 1),
    "reply to a rating": ((2, 0), 2),
    "answer a case": ((4, 0), 5),
}
RESERVED = set("jkxqgnz/?[]123456789") | {"Enter", "Escape"}


class Counted:
    """A window in which every click and every key is counted; writing is free."""

    def __init__(self, page: Any) -> None:
        page.set_default_timeout(20_000)
        self.page, self.clicks, self.keys = page, 0, 0

    def click(self, *selectors: str) -> None:
        """One click each."""
        for selector in selectors:
            self.page.locator(selector).first.click()
            self.clicks += 1

    def press(self, *keys: str) -> None:
        """One key each; two held together are one."""
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def write(self, text: str) -> None:
        """Content is the clerk's own; it counts not."""
        self.page.keyboard.type(text)

    def paste(self, text: str) -> None:
        """Ctrl V into the field that has the focus."""
        self.page.evaluate(
            """text => { const data = new DataTransfer(); data.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
            text,
        )
        self.keys += 1

    def sees(self, selector: str) -> None:
        """Wait for it."""
        self.page.locator(selector).first.wait_for()

    def gone(self, selector: str) -> None:
        """Wait until it is away."""
        self.page.locator(selector).first.wait_for(state="hidden")

    def open(self, path: str, then: str = "#main") -> None:
        """Where the act begins: a page that stands."""
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        self.sees(then)

    def rests(self) -> None:
        """The pane belongs to the chosen line, nothing is being exchanged."""
        until(self.page, "!document.querySelector('#subject[inert], .htmx-request, .htmx-swapping, .htmx-settling')")


@pytest.fixture
def desk(page: Any, live_server: Any) -> Any:
    """The morning and a counted window."""
    with scopes_disabled():
        day = clerk.morning(orders=4)
        clerk.sign_in(page, live_server, day.clerk)
        yield Counted(page), day
        page.wait_for_load_state("networkidle")


Act = Callable[[Counted, clerk.Morning, bool], None]


def today(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#rail a[data-letter=t]") if mouse else hand.press("g", "t")
    hand.page.wait_for_url("**/today/")
    hand.sees("#subject [data-subject]")


def next_line(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#work-rows .w-row:nth-child(2)") if mouse else hand.press("j")
    hand.sees("#work-rows .w-row:nth-child(2)[aria-current]")
    hand.rests()


def take(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#subject button:has-text('I take it')") if mouse else hand.press("c")
    hand.sees("#subject button:has-text('Let go')")
    hand.rests()


def put_away(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#subject a:has-text('Put away')") if mouse else hand.press("s")
    hand.sees("#dialog .quick button:focus")
    hand.click("#dialog .quick button:nth-child(1)") if mouse else hand.press("1")
    hand.sees(".toast-s [data-undo]")
    hand.rests()


def take_back(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    before = hand.page.locator("#work-rows .w-row:not(.going)").count()
    hand.click(".toast-s [data-undo]") if mouse else hand.press("z")
    until(hand.page, "n => document.querySelectorAll('#work-rows .w-row:not(.going)').length > n", before)


def ready_text(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#composer [data-texts]") if mouse else hand.press(";")
    hand.sees("[data-texts-box][open] input:focus")
    hand.click("[data-texts-box] li[data-code=X09]") if mouse else (hand.write("X09"), hand.press("Enter"))
    until(hand.page, "/photo/.test(document.querySelector('#reply-text').value)")
    hand.rests()
    hand.click("#composer [data-send]") if mouse else hand.press("Control+Enter")
    hand.gone("#work-rows .w-row:not(.going):nth-child(2)")
    hand.rests()


def own_words(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#reply-text") if mouse else hand.press("r")
    hand.sees("#reply-text:focus")
    hand.write("It left China on Monday.")
    hand.click("#composer [data-send]") if mouse else hand.press("Control+Enter")
    hand.sees("text=Every buyer has an answer.")


def find_one(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#search") if mouse else hand.press("/")
    hand.write(day.new[0].number)
    hand.press("Enter")
    hand.page.wait_for_url(f"**/orders/{day.new[0].pk}/")


def find_many(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#search") if mouse else hand.press("/")
    hand.paste("\n".join(order.number for order in day.new))
    hand.press("Enter")
    hand.sees("text=4 of 4 numbers found")


def greet_one(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click(".d-h button:has-text('Greet')") if mouse else hand.press("w")
    hand.sees("#confirm[open] [data-yes]:focus:has-text('Greet')")  # the button says what it does
    hand.click("#confirm [data-yes]") if mouse else hand.press("Enter")
    hand.sees(".toast-s")


def settle_wish(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#wishes button:has-text('Cannot be met')") if mouse else hand.press("u")
    hand.sees(".d-h >> text=Held")


def release(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click(".d-h a:has-text('Release')") if mouse else hand.press("l")
    hand.sees("#dialog textarea:focus")
    hand.click("#dialog .form-foot .primary") if mouse else hand.press("Control+Enter")
    hand.sees(".d-h >> text=To approve")


def hold(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click(".d-h a:has-text('Hold')") if mouse else hand.press("h")
    hand.sees("#dialog select:focus")
    hand.write("Addr")
    hand.click("#dialog .form-foot .primary") if mouse else hand.press("Control+Enter")
    hand.sees(".d-h >> text=Held")


def note(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("#note-text") if mouse else hand.press("n")
    hand.write("Asked the buyer.")
    hand.click(".note-form button") if mouse else hand.press("Control+Enter")
    hand.sees("#timeline >> text=Asked the buyer.")


def flag(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click(".d-h a:has-text('Add flag')") if mouse else hand.press("f")
    hand.sees("#dialog :is(select, input):focus")
    hand.write("b")
    hand.click("#dialog .form-foot .primary") if mouse else hand.press("Control+Enter")
    hand.sees(".toast-s")
    assert Order.objects.filter(flags__isnull=False).exists()


def greet_all(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click("[data-pick-all]") if mouse else hand.press("Control+a")
    hand.click("#bulk [data-key=w]") if mouse else hand.press("w")
    hand.sees("#dialog [value=apply]:focus")
    hand.click("#dialog [value=apply]") if mouse else hand.press("Enter")
    hand.sees("#dialog a.primary[data-close]:focus")
    hand.click("#dialog a.primary[data-close]") if mouse else hand.press("Enter")
    hand.gone("#dialog[open]")
    assert not Order.objects.filter(greeted_at__isnull=True, state="ready").exists()


def export(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    with hand.page.expect_download() as coming:
        if mouse:
            hand.click(".head-acts summary", ".head-acts .item:has-text('CSV')")
        else:
            hand.press("Control+k")
            hand.sees("#palette li[data-act]")
            hand.write("csv")
            hand.press("Enter")
    assert day.new[0].number in Path(coming.value.path()).read_text(encoding="utf-8-sig")


def order_parcel(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    assert day.parcel is not None
    if mouse:
        hand.page.locator("#panel-parcels").scroll_into_view_if_needed()
    hand.click(f"#main a[href='/parcels/{day.parcel.pk}/']") if mouse else hand.press("i")
    hand.page.wait_for_url(f"**/parcels/{day.parcel.pk}/")


def reply(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click(".d-h a:has-text('Reply')") if mouse else hand.press("r")
    hand.sees("#dialog textarea:focus")
    hand.write("We are sorry. ")
    hand.click("#dialog .form-foot .primary") if mouse else hand.press("Control+Enter")
    hand.sees("main >> text=Post this reply in the shop")


def answer_case(hand: Counted, day: clerk.Morning, mouse: bool) -> None:
    hand.click(".d-h a:has-text('Answer the case')") if mouse else hand.press("r")
    hand.sees("#main form select:focus")
    hand.click("#main textarea[name=text]") if mouse else hand.press("Tab", "Tab")
    hand.write("We are sorry. Please take a part of the money back.")
    hand.click("#main .form-foot .primary") if mouse else hand.press("Control+Enter")
    hand.sees("[value=send]:focus")
    hand.click("[value=send]") if mouse else hand.press("Enter")
    hand.page.wait_for_url("**/cases/*/")


#: Act, where it begins ("" = where the one before ended), what does it.
ACTS: tuple[tuple[str, str, Act], ...] = (
    ("open today's list", "/orders/", today), ("go to the next line", "", next_line), ("take a line", "", take),
    ("put a line away until tomorrow", "", put_away), ("take back what was just done", "", take_back),
    ("answer a letter with a ready text", "/messages/", ready_text), ("answer a letter in own words", "", own_words),
    ("find an order by its number", "/today/", find_one), ("find several pasted numbers", "", find_many),
    ("greet one order", "order", greet_one), ("settle a wish that cannot be met", "order", settle_wish), ("release a held order", "other", release),
    ("hold an order", "", hold), ("add an internal note", "", note), ("flag an order", "", flag),
    ("greet all orders of a view", "/orders/?view=ungreeted", greet_all), ("export the list", "/orders/", export),
    ("open an order's parcel", "sent", order_parcel), ("reply to a rating", "rating", reply), ("answer a case", "case", answer_case),
)  # fmt: skip


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hand_of", ["mouse", "keyboard"])
def test_no_act_needs_more_than_it_did(desk: Any, hand_of: str) -> None:
    hand, day = desk
    mouse = hand_of == "mouse"
    held = day.new[1]
    Order.objects.filter(pk=held.pk).update(state="held", hold_reason="address", stage="held")
    places = {
        "order": f"/orders/{day.new[0].pk}/", "other": f"/orders/{held.pk}/", "sent": f"/orders/{day.parcel.order_id}/",
        "rating": f"/feedback/{day.rating.pk}/", "case": f"/cases/{day.case.pk}/",
    }  # fmt: skip
    counted = {}
    for name, place, act in ACTS:
        if place:
            hand.open(
                places.get(place, place), "#subject [data-subject]" if place in ("/today/", "/messages/") else "#main"
            )
        hand.clicks = hand.keys = 0
        act(hand, day, mouse)
        counted[name] = (hand.clicks, hand.keys)
    allowed = {name: most[0] if mouse else (0, most[1]) for name, most in MOST.items()}
    assert counted == allowed


def test_the_table_in_the_documents_says_what_is_counted() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "acts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| ([^|]+) \| (\d+)(?: \+ (\d+))? \| (\d+) \|", text, re.MULTILINE)
    assert {name.strip(): ((int(c), int(k or 0)), int(keys)) for name, c, k, keys in rows} == MOST
    assert len(rows) == 20


def test_letters_of_actions_are_clear_and_free() -> None:
    """No two actions of a list share a letter, and none takes one that moves, ticks, searches or undoes."""
    for name, listing in LISTINGS.items():
        letters = [action.key for action in listing.all_actions.values() if action.key]
        assert len(letters) == len(set(letters)), (name, sorted(letters))
        assert not RESERVED & set(letters), (name, RESERVED & set(letters))
