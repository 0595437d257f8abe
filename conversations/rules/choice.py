"""Which version of a text fits: siblings, stores, languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: The language of a text when the buyer's own is not there.
FALLBACK = "en"
_SIBLING = re.compile(r"^([TX]\d{2})(UN|U|N)$")
#: How we sign when no person and no house name is set.
TEAM = {
    "en": "Customer service", "ru": "Служба поддержки покупателей", "es": "Atención al cliente", "pt": "Atendimento ao cliente",
    "fr": "Service client", "de": "Kundenservice", "it": "Servizio clienti",
}  # fmt: skip
#: How we address a buyer whose name the channel does not tell.
CUSTOMER = {
    "en": "customer", "ru": "покупатель", "es": "cliente", "pt": "cliente", "fr": "client", "de": "Kunde", "it": "cliente",
}  # fmt: skip


@dataclass(frozen=True)
class Version:
    """What decides between versions of one text."""

    pk: int
    code: str
    language: str
    store_id: int | None


def base_code_of(code: str) -> str:
    """The name rules use: the code without the sibling letters N (no extension), U (no carrier record) or both."""
    found = _SIBLING.match(code)
    return found.group(1) if found else code


def variant_order(code: str) -> int:
    """Siblings in the order in which they are tried: the full text first, the one that claims least last."""
    found = _SIBLING.match(code)
    return {"": 0, "U": 1, "N": 2, "UN": 3}[found.group(2) if found else ""]


def fitting_language(wanted: str, offered: Iterable[str]) -> str:
    """The offered language nearest to the wanted one: itself, its parent (pt-BR: pt), English, or what there is."""
    there = sorted(set(offered))
    for language in (wanted, wanted.split("-")[0], FALLBACK):
        if language in there:
            return language
    return there[0] if there else FALLBACK


def candidates(versions: Iterable[Version], *, store_id: int, language: str) -> list[Version]:
    """One version per sibling in the order to try: the buyer's language before English, the store's own text before the
    house's."""
    by_code: dict[str, list[Version]] = {}
    for version in versions:
        if version.store_id in (None, store_id):
            by_code.setdefault(version.code, []).append(version)
    chosen = []
    for code in sorted(by_code, key=lambda name: (variant_order(name), name)):
        offered = by_code[code]
        tongue = fitting_language(language, (v.language for v in offered))
        chosen.append(max((v for v in offered if v.language == tongue), key=lambda v: (v.store_id is not None, v.pk)))
    return chosen
