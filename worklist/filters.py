"""What the list of duties may be asked."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from worklist.choices import Doer, DutyState, Group
from worklist.models import Duty


class DutyFilter(django_filters.FilterSet):
    """Filters of the list of duties."""

    state = django_filters.MultipleChoiceFilter(choices=DutyState.choices, label=_("State"))
    group = django_filters.MultipleChoiceFilter(choices=Group.choices, label=_("Group"))
    role = django_filters.MultipleChoiceFilter(choices=Role.choices, label=_("Role"))
    rule = django_filters.CharFilter(label=_("Rule"))
    doer = django_filters.ChoiceFilter(choices=Doer.choices, label=_("Done by"))
    subject = django_filters.CharFilter(method="by_subject", label=_("Subject"))

    class Meta:
        model = Duty
        fields: list[str] = []

    def by_subject(self, rows: QuerySet[Duty], name: str, value: str) -> QuerySet[Duty]:
        """``logistics.parcel:12``."""
        kind, _colon, pk = value.partition(":")
        return (
            rows.filter(subject_type=kind, subject_id=int(pk))
            if pk.isascii() and pk.isdigit() and len(pk) < 18
            else rows.none()
        )
