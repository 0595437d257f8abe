"""Two pairs of hands for browser tests: somebody with a keyboard and nothing else, and a wedge scanner."""

from __future__ import annotations

import os
import time
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

#: A folder for pictures, for people who want to look.
SHOTS = os.environ.get("SAMPAN_SHOTS", "")
PATIENCE = 60_000  # nothing is proven by a machine that is busy with something else

_LOST = """() => {
  const at = document.activeElement;
  if (document.querySelector("#list.htmx-request, .htmx-swapping, .htmx-settling")) return "not yet";
  if (!at || at === document.body || at.closest("[inert]")) return "nowhere";
  const box = at.getBoundingClientRect();
  if (!box.width || !box.height) return "out of sight";
  const style = getComputedStyle(at);
  const marked = style.outlineStyle !== "none" || style.boxShadow !== "none" || at.matches("tr.cur")
    || (at.id === "work-rows" && (at.querySelector("[aria-current]") || at.querySelector(".empty, .w-none, h2")));
  return marked ? "" : "unmarked";
}"""
_WHERE = """() => { const at = document.activeElement; const text = at.matches("input, textarea, select") ? at.labels?.[0]?.innerText ?? "" : at.innerText;
return [at.tagName.toLowerCase(), at.id && `#${at.id}`, at.getAttribute("name") ?? "", at.getAttribute("aria-label") ?? "", text ?? ""].join(" ").slice(0, 300); }"""
_BURST = """code => {
  for (const key of [...code, "Enter"])
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}"""


def _says_yes(page: Any, expression: str, arg: Any) -> bool:
    try:
        return bool(page.evaluate(expression, arg))
    except Exception as error:
        if "context was destroyed" in str(error):  # another page is on its way
            return False
        raise


def until(page: Any, expression: str, arg: Any = None) -> None:
    """Ask the page until it says yes. (The browser driver's own way needs eval, which our pages forbid.)"""
    end = time.monotonic() + PATIENCE / 1000
    while not _says_yes(page, expression, arg):
        if time.monotonic() > end:
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / "in-vain.png"), caret="initial")
            raise AssertionError(f"in vain: {expression} {arg or ''}; focus: {page.evaluate(_WHERE)}")
        page.wait_for_timeout(15)


class Keyboard:
    """A person without a mouse: the page behind it is out of reach, only keys and reading are offered."""

    def __init__(self, page: Any) -> None:
        page.set_default_timeout(PATIENCE)
        self.__page = page

    # --- the hands ---------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.__page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Write where the focus is."""
        self.__page.keyboard.type(text)

    def paste(self, text: str) -> None:
        """What the clipboard holds, as the browser hands it to the field that has the focus."""
        self.__page.evaluate(
            """text => {
              const data = new DataTransfer();
              data.setData("text/plain", text);
              const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
              if (document.activeElement.dispatchEvent(event)) throw new Error("nothing takes the paste here");
            }""",
            text,
        )

    def go(self, *keys: str, to: str) -> None:
        """Keys that lead to another page."""
        self.press(*keys)
        try:
            self.__page.wait_for_url(lambda url: fnmatch(urlsplit(url).path, to))
        except Exception:
            self.shot("stuck")
            raise AssertionError(
                f"{keys} did not lead to {to} but to {self.address}; focus: {self.focus()!r}"
            ) from None
        self.__page.wait_for_load_state()

    def tab_to(self, words: str, most: int = 12) -> None:
        """Tab until the thing with these words (or this name) has the focus; it must come within ``most`` steps."""
        for _step in range(most):
            if words in self.focus():
                return
            self.press("Tab")
        assert words in self.focus(), f"Tab does not reach {words!r} in {most} steps, but {self.focus()!r}"

    # --- the eyes ----------------------------------------------------------------------------------------------

    def sees(self, selector: str, *, count: int | None = None) -> None:
        """Wait until it stands there (``count`` times)."""
        if count is None:
            try:
                self.__page.locator(selector).first.wait_for()
            except Exception:
                self.shot("unseen")
                raise
        else:
            found = "([selector, n]) => document.querySelectorAll(selector).length === n"
            until(self.__page, found, [selector, count])

    def misses(self, selector: str) -> None:
        """Wait until it is gone."""
        self.__page.locator(selector).first.wait_for(state="hidden")

    def reads(self, selector: str) -> str:
        """The words there."""
        return str(self.__page.locator(selector).first.inner_text())

    def attribute(self, selector: str, name: str) -> str:
        """What is said there without words."""
        return str(self.__page.locator(selector).first.get_attribute(name))

    def focus(self) -> str:
        """What has the focus: its words, name and id."""
        return str(self.__page.evaluate(_WHERE))

    def value(self) -> str:
        """What stands in the field that has the focus."""
        return str(self.__page.evaluate("document.activeElement.value"))

    def stands(self) -> None:
        """The focus is somewhere, in sight and marked: nobody without a mouse is stuck here."""
        until(self.__page, f"({_LOST})() === ''")

    def waits(self, expression: str) -> None:
        """Wait until it is true in the page."""
        until(self.__page, expression)

    @property
    def address(self) -> str:
        """The address of the page without its host."""
        return "/" + str(self.__page.url).split("/", 3)[3]

    def shot(self, name: str) -> None:
        """Keep a picture when wanted."""
        if SHOTS:
            self.__page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), caret="initial")


class Scanner:
    """A wedge scanner: characters and Enter into whatever has the focus, nothing else. It can be listened to and looked at."""

    def __init__(self, page: Any) -> None:
        page.set_default_timeout(PATIENCE)
        self.__page = page

    def scan(self, code: str) -> str:
        """At a table: the code, then Enter; answers ok, refused, done or what else the table says."""
        self.__page.keyboard.type(code)
        with self.__page.expect_response("**/scan/") as answer:
            self.__page.keyboard.press("Enter")
        drawn = answer.value.text()
        said = drawn.partition('data-result="')[2].partition('"')[0]
        until(self.__page, "said => document.querySelector('#station').dataset.result === said", said)
        assert self.__page.evaluate("document.activeElement.id") == "scan"
        return said

    def turn(self, code: str, to: str) -> None:
        """At a table: a code that leads to another one."""
        self.__page.keyboard.type(code)
        self.__page.keyboard.press("Enter")
        self.lands(to)

    def anywhere(self, code: str, to: str) -> None:
        """On a page without a scan field: a burst as fast as the machine sends it."""
        assert not self.__page.evaluate("document.activeElement.matches('input, textarea, select')")
        self.__page.evaluate(_BURST, code)
        self.lands(to)

    def lands(self, to: str) -> None:
        """Wait for the page; a table stands with its field focused."""
        self.__page.wait_for_url(to)
        self.__page.wait_for_load_state("networkidle")

    def says(self) -> str:
        """The sentence of the table."""
        return str(self.__page.locator(".scan-say").inner_text())

    def reads(self, selector: str) -> str:
        """The words there."""
        return str(self.__page.locator(selector).first.inner_text())

    def shot(self, name: str) -> None:
        """Keep a picture when wanted."""
        if SHOTS:
            self.__page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), caret="initial")
