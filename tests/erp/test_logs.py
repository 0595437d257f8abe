"""What is kept out of the log."""

from __future__ import annotations

import pytest

from erp.logs import without_links


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Not Found: /t/AbC-12_x/", "Not Found: /t/…/"),
        ("GET https://shop.example/t/AbC?x=1", "GET https://shop.example/t/…?x=1"),
        ("/orders/1/", "/orders/1/"),
        ("/dispatch/t/", "/dispatch/t/"),
    ],
)
def test_the_key_of_a_public_page_is_not_written(told: str, kept: str) -> None:
    assert without_links(None, "info", {"event": told, "n": 1}) == {"event": kept, "n": 1}
