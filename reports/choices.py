"""Names and words of the figures: what each counts, as the page explains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Words:
    """A figure in words: the list that holds its rows, its name, how it is counted, and of which columns it is the sum."""

    listing: str
    label: Any
    how: Any
    sum_of: tuple[str, ...] = ()


STARS = tuple(f"stars_{n}" for n in range(1, 6))

#: Every figure that can be opened, by name; the names without ``sum_of`` are columns of ``DailyFigure``.
FIGURES: dict[str, Words] = {
    "placed": Words(
        "orders",
        pgettext_lazy("figure", "Orders placed"),
        _("Sales and promotions by the day they were placed, paid or not."),
    ),
    "paid": Words(
        "orders",
        pgettext_lazy("figure", "Orders paid"),
        _("Sales and promotions by the day they were paid; an order cancelled later leaves its day."),
    ),
    "cancelled": Words("orders", pgettext_lazy("figure", "Orders cancelled"), _("By the day they were cancelled.")),
    "dispatched": Words(
        "orders",
        pgettext_lazy("figure", "Orders dispatched"),
        _("Orders of every type by the day their last piece left the house."),
    ),
    "clock_kept": Words(
        "orders",
        pgettext_lazy("figure", "Dispatched within the payment clock"),
        _(
            "Dispatched that day, not later than the payment clock (cut-off rule) said. Orders taken over as history do not count."
        ),
    ),
    "clock_missed": Words(
        "orders",
        pgettext_lazy("figure", "Dispatched after the payment clock"),
        _("Dispatched that day, later than the payment clock (cut-off rule) said."),
    ),
    "clock_all": Words(
        "orders",
        pgettext_lazy("figure", "Dispatched with a payment clock"),
        _("Dispatched that day, with a payment clock. Orders taken over as history do not count."),
        ("clock_kept", "clock_missed"),
    ),
    "latest_kept": Words(
        "orders",
        pgettext_lazy("figure", "Dispatched by the channel's latest time"),
        _("Dispatched that day, not later than the channel allows."),
    ),
    "latest_missed": Words(
        "orders",
        pgettext_lazy("figure", "Dispatched after the channel's latest time"),
        _("Dispatched that day, later than the channel allows."),
    ),
    "latest_all": Words(
        "orders",
        pgettext_lazy("figure", "Dispatched with a latest time"),
        _("Dispatched that day, where the channel names a latest dispatch."),
        ("latest_kept", "latest_missed"),
    ),
    "handed_over": Words(
        "parcels", pgettext_lazy("figure", "Parcels handed over"), _("By the day they were given to the carrier.")
    ),
    "delivered": Words(
        "parcels",
        pgettext_lazy("figure", "Parcels delivered"),
        _("By the day the carrier or the buyer says they arrived."),
    ),
    "returned": Words(
        "parcels", pgettext_lazy("figure", "Parcels returned"), _("By the day they were settled as returned.")
    ),
    "lost": Words("parcels", pgettext_lazy("figure", "Parcels lost"), _("By the day they were settled as lost.")),
    "promise_kept": Words(
        "parcels",
        pgettext_lazy("figure", "Delivered as promised"),
        _("Parcels whose promised day it was, and that arrived by then."),
    ),
    "promise_missed": Words(
        "parcels",
        pgettext_lazy("figure", "Later than promised"),
        _("Parcels whose promised day it was, and that had not arrived by then."),
    ),
    "promise_all": Words(
        "parcels",
        pgettext_lazy("figure", "Promised for these days"),
        _("Parcels whose promise to the buyer ended on that day."),
        ("promise_kept", "promise_missed"),
    ),
    "overdue": Words(
        "parcels",
        pgettext_lazy("figure", "Late now"),
        _("Parcels under way whose promised time has passed, whatever the days chosen above."),
    ),
    "cases_opened": Words(
        "cases",
        pgettext_lazy("figure", "Cases opened"),
        _("Disputes, returns, exchanges and chargebacks by the day they were opened."),
    ),
    "cases_closed": Words(
        "cases", pgettext_lazy("figure", "Cases closed"), _("By the day they ended, however they ended.")
    ),
    "cases_lost": Words(
        "cases", pgettext_lazy("figure", "Cases lost"), _("By the day they ended, decided for the buyer.")
    ),
    "refunds": Words(
        "remedies",
        pgettext_lazy("figure", "Refunds"),
        _(
            "Remedies that paid money back, by the day they were given: a refund counts on its own day, not on that of the order."
        ),
    ),
    "other_remedies": Words(
        "remedies",
        pgettext_lazy("figure", "Remedies without money"),
        _("Resends, spare parts and others, by the day they were given."),
    ),
    **{
        name: Words("feedback", "★" * n, _("Ratings by the day they were given, with the stars they have now."))
        for n, name in enumerate(STARS, 1)
    },
    "ratings": Words(
        "feedback",
        pgettext_lazy("figure", "Ratings"),
        _("Ratings by the day they were given, with the stars they have now."),
        STARS,
    ),
    "bad_ratings": Words(
        "feedback",
        pgettext_lazy("figure", "Bad ratings"),
        _("Ratings of one to three stars by the day they were given."),
        STARS[:3],
    ),
    "answered_in_time": Words(
        "messages",
        pgettext_lazy("figure", "Answered in time"),
        _(
            "First messages of a waiting buyer, by the day they came, answered within the hours of the house rule by a "
            "person or a program; automatic texts are no answer."
        ),
    ),
    "answered_late": Words(
        "messages",
        pgettext_lazy("figure", "Answered late or not at all"),
        _("First messages of a waiting buyer whose time passed without an answer."),
    ),
    "answer_open": Words(
        "messages",
        pgettext_lazy("figure", "Time still running"),
        _("First messages of a waiting buyer that may still be answered in time."),
    ),
    "answer_all": Words(
        "messages",
        pgettext_lazy("figure", "Inquiries judged"),
        _("First messages of a waiting buyer that were answered, or whose time has passed."),
        ("answered_in_time", "answered_late"),
    ),
    "written": Words(
        "messages", pgettext_lazy("figure", "Texts written"), _("Messages to buyers handed out by this person.")
    ),
    "packed": Words(
        "parcels", pgettext_lazy("figure", "Parcels packed"), _("By the day and the person that packed them.")
    ),
    "given_out": Words(
        "parcels",
        pgettext_lazy("figure", "Handed over by"),
        _("By the day and the person that gave them to the carrier."),
    ),
}
#: Figures of a person; they are not columns of ``DailyFigure``.
OF_PERSON = ("written", "packed", "given_out")
#: The columns of ``DailyFigure``.
COLUMNS = tuple(name for name, words in FIGURES.items() if not words.sum_of and name not in OF_PERSON)
#: What is counted by root cause: column of ``DailyCause`` -> the figure that it divides, and how.
BY_CAUSE = {
    "cases": ("cases_opened", _("Cases opened that day, by the root cause noted on them.")),
    "bad_ratings": ("bad_ratings", _("Ratings of one to three stars given that day, by the root cause noted on them.")),
}


class Module(models.TextChoices):
    """The parts of the house as an owner names them (OPS-02); every recorded line and every page belongs to one."""

    PRODUCT = "product", pgettext_lazy("module", "Products")
    SALES = "sales", pgettext_lazy("module", "Sales")
    SUPPLY = "supply", pgettext_lazy("module", "Supply")
    ORDERS = "orders", pgettext_lazy("module", "Orders")
    FINANCE = "finance", pgettext_lazy("module", "Finance")
    OPERATIONS = "operations", pgettext_lazy("module", "Operations")
    STOCK = "stock", pgettext_lazy("module", "Stock")

    @property
    def tone(self) -> str:
        """Modules have no meaning in colour."""
        return "neutral"


#: The module of a table, or of all tables of an app; what is named nowhere is operations.
_MODULES = {
    "products": Module.PRODUCT, "customers": Module.SALES, "conversations": Module.SALES, "disputes.feedback": Module.SALES,
    "logistics.service": Module.SUPPLY, "logistics.promiserule": Module.SUPPLY, "logistics.coveragerule": Module.SUPPLY,
    "logistics.waybillnumber": Module.SUPPLY, "orders": Module.ORDERS, "logistics": Module.ORDERS, "disputes": Module.ORDERS,
    "disputes.rootcause": Module.OPERATIONS, "disputes.remedy": Module.FINANCE, "core.exchangerate": Module.FINANCE,
    "reports": Module.FINANCE, "inventory": Module.STOCK,
}  # fmt: skip


def module_of(subject_type: str) -> Module:
    """The module a table belongs to (``orders.order``)."""
    return _MODULES.get(subject_type) or _MODULES.get(subject_type.partition(".")[0]) or Module.OPERATIONS


#: Who wrote a recorded line.
KINDS = (("user", _("A person")), ("token", _("A program")), ("system", _("The house by itself")))
