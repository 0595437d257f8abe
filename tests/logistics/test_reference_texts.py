"""Every text of the shipped tables stands in English and in Chinese; loading again keeps what staff changed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from logistics.listings.country_rules import avoided
from logistics.models import CountryRule, NationalCode, Service, ServiceDestination
from logistics.rules.customs import avoid
from logistics.selectors.customs.shipped import rows
from logistics.services import reference_texts, seeding
from logistics.services.customs import tables
from tests.factories import dispatch as make

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
_SIGNS = range(0x4E00, 0x9FFF)


def chinese(text: str) -> bool:
    """Whether Chinese stands in it (a name that is the same in both languages does not count as text)."""
    return any(ord(sign) in _SIGNS for sign in text)


@pytest.mark.parametrize(
    "pair", reference_texts.PAIRS, ids=lambda pair: f"{pair.model.__name__}-{pair.english}"
)
def test_every_shipped_row_has_both_languages(pair: reference_texts.Pair) -> None:
    """Where the one language says something, the other does too, and it is Chinese, and the table takes it."""
    english, other = pair.told
    longest = pair.model._meta.get_field(pair.chinese).max_length or 10_000
    for name in pair.files:
        for number, row in enumerate(rows(name), start=2):
            said, told = row[english].strip(), row[other].strip()
            assert bool(said) == bool(told), f"{name}:{number} {english}"
            named = pair.english in ("name_en", "origin") or not told
            assert chinese(told) or named, f"{name}:{number} {told}"
            assert not chinese(said), f"{name}:{number} {said}"
            assert len(told) <= longest, f"{name}:{number}"


def test_reasons_to_avoid_a_service_have_both_languages() -> None:
    """They stand in one text with their services; it can be read and written again unchanged."""
    told = [row["carrier_avoid"] for name in reference_texts.RULES for row in rows(name) if row["carrier_avoid"]]
    assert told
    for text in told:
        found = avoid.read(text)
        assert all(one.reason and chinese(one.reason_zh) for one in found), text
        assert avoid.read(avoid.written(found)) == found
    row = {"carrier_avoid": told[0]}
    with override("zh-hans"):
        assert chinese(avoided(row))
    with override("en"):
        assert not chinese(avoided(row))


@pytest.mark.django_db
def test_loading_again_completes_an_older_house_and_keeps_what_staff_changed() -> None:
    """Rows of an older house get the Chinese beside the shipped English; own texts, and Chinese that somebody took away, stay."""
    seeding.load_reference(now=NOW)
    assert seeding.load_reference(now=NOW) == 0, "twice is once"
    boss = make.person("manager")
    old = NationalCode.objects.get(country="US", hs6="711719")
    # a house whose rows were written before there was a Chinese column
    NationalCode.objects.all().delete()
    NationalCode.objects.create(
        country="US", hs6="711719", code="7117199000", description="imitation jewelry of base metal, other", valid_from=old.valid_from
    )
    NationalCode.objects.create(
        country="US", hs6="650500", code="6505008090", description="our own hats", valid_from=date(2026, 1, 1)
    )
    Service.objects.filter(code="EMS").update(note="ours", note_zh="")
    place = ServiceDestination.objects.get(service__code="EMS", country="JP")
    ServiceDestination.objects.filter(pk=place.pk).update(note_zh="")  # somebody took it away
    seeding.load_reference(now=NOW)
    assert NationalCode.objects.get(hs6="711719").description_zh == "其他贱金属仿首饰"
    assert NationalCode.objects.get(hs6="650500").description_zh == "", "an own text stays as typed"
    ems = Service.objects.get(code="EMS")
    assert (ems.note, ems.note_zh) == ("ours", ""), "own words"
    place.refresh_from_db()
    assert place.note_zh == "", "what somebody emptied stays empty"
    rule = CountryRule.objects.filter(country="DE").latest("valid_from")
    tables.set_rule(
        row=rule, valid_from=date(2026, 12, 1), changes={"carrier_advice_zh": "我们自己的建议"}, actor=boss, now=NOW
    )
    seeding.load_reference(now=NOW)
    assert CountryRule.objects.get(country="DE", valid_from=date(2026, 12, 1)).carrier_advice_zh == "我们自己的建议"
