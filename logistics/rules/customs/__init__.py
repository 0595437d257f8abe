"""Customs: what may stand in a declaration, by the rules of a day. Truth first: the value is what was really paid."""

from logistics.rules.customs.book import Band, Book, Brand, Country, DutyStep, GoodsClass, StopWord, valid
from logistics.rules.customs.checking import basis_value, check, taxed_at_sale
from logistics.rules.customs.facts import LOWERING, REASONS, DeclaredLine, Limits, Parcel, ServiceGoods
from logistics.rules.customs.findings import BLOCK, INFO, REVIEW, SALE_OF_GOODS, Finding, ordered, worst
from logistics.rules.customs.forms import choose_form
from logistics.rules.customs.landed import Landed, estimate
from logistics.rules.customs.lines import is_specific

__all__ = [
    "BLOCK", "INFO", "LOWERING", "REASONS", "REVIEW", "SALE_OF_GOODS", "Band", "Book", "Brand", "Country", "DeclaredLine", "DutyStep",
    "Finding", "GoodsClass", "Landed", "Limits", "Parcel", "ServiceGoods", "StopWord", "basis_value", "check", "choose_form",
    "estimate", "is_specific", "ordered", "taxed_at_sale", "valid", "worst",
]  # fmt: skip
