"""Writes about people, stores and the keys of programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.choices import Role, StoreKind
from accounts.models import ApiToken, Store, StoreMember, User
from accounts.selectors import forget_store_names, reach, stores_for
from core import audit, clock, crypto
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed

#: What a token may be scoped to. ``personal-data`` shows names, addresses, phones and e-mails of buyers.
TOKEN_SCOPES = ("read", "write", "personal-data")


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


def _need_reach(actor: Actor, stores: Iterable[int], everywhere: bool) -> None:
    """Nobody gives away more stores than they work in themselves."""
    mine = reach(actor)
    if mine is not None and (everywhere or set(stores) - mine):
        raise NotAllowed("not_your_store", _("You can only give stores in which you work yourself."))


@transaction.atomic
def create_store(
    *, code: str, name: str, kind: str, currency: str, time_zone: str, actor: Actor, now: datetime, reply_email: str = "",
    one_signer: bool = False,
) -> Store:  # fmt: skip
    """A new store. Refuses a taken code, an unknown kind, currency or zone, each named by field."""
    _need(actor, "accounts.change_store")
    errors: dict[str, list[str]] = {}
    if kind not in StoreKind.values:
        errors["kind"] = [str(_("Unknown kind of store."))]
    if not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
        errors["currency"] = [str(_("Write the currency as three capital letters, e.g. USD."))]
    try:
        clock.zone(time_zone)
    except ValueError:
        errors["time_zone"] = [str(_("Unknown time zone."))]
    if Store.objects.filter(code=code).exists():
        errors["code"] = [str(_("This code is taken by another store."))]
    if errors:
        raise Invalid("invalid_store", _("The store cannot be made like this."), errors=errors)
    try:
        with transaction.atomic():
            store = Store.objects.create(
                code=code, name=name, kind=kind, currency=currency, time_zone=time_zone, reply_email=reply_email,
                one_signer=one_signer, created_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("store_taken", _("This code is taken by another store.")) from error
    audit.record(store, "store.create", actor=actor, now=now, text=gettext_noop("Store opened"))
    transaction.on_commit(forget_store_names)
    return store


@transaction.atomic
def change_store(*, store: Store, actor: Actor, now: datetime, **changes: Any) -> Store:
    """Change name, zone, reply address or the signer rule of a store; code, kind and currency stay."""
    _need(actor, "accounts.change_store")
    allowed = {"name", "time_zone", "reply_email", "one_signer"}
    unknown = set(changes) - allowed
    if unknown:
        raise Invalid(
            "fixed_field", _("This cannot be changed later."), errors={f: [str(_("Fixed."))] for f in unknown}
        )
    if "time_zone" in changes:
        try:
            clock.zone(changes["time_zone"])
        except ValueError as error:
            raise Invalid(
                "invalid_store", _("Unknown time zone."), errors={"time_zone": [str(_("Unknown time zone."))]}
            ) from error
    store = Store.objects.select_for_update().get(pk=store.pk)
    before = {name: getattr(store, name) for name in changes}
    for name, value in changes.items():
        setattr(store, name, value)
    store.save(update_fields=list(changes))
    transaction.on_commit(forget_store_names)
    differing = {k: [str(before[k]), str(changes[k])] for k in changes if before[k] != changes[k]}
    if differing:
        audit.record(store, "store.change", actor=actor, now=now, text=gettext_noop("Store changed"), changes=differing)
    return store


@transaction.atomic
def create_person(
    *, username: str, password: str, role: str, actor: Actor, now: datetime, display_name: str = "", email: str = "",
    stores: Iterable[Store] = (), all_stores: bool = False, language: str = "zh-hans", check_password: bool = True,
) -> User:  # fmt: skip
    """A login for a colleague. Refuses a taken name, stores in which the maker does not work and, unless told otherwise, a
    weak password."""
    _need(actor, "accounts.change_people")
    stores = list(stores)
    _need_reach(actor, (store.pk for store in stores), all_stores)
    if role not in Role.values:
        raise Invalid("invalid_role", _("Unknown role."), errors={"role": [str(_("Unknown role."))]})
    if User.objects.filter(username__iexact=username).exists():
        raise Invalid(
            "name_taken", _("This user name is taken."), errors={"username": [str(_("This user name is taken."))]}
        )
    person = User(
        username=username, role=role, display_name=display_name, email=email, all_stores=all_stores, language=language
    )
    if check_password:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise Invalid(
                "weak_password", _("This password is too weak."), errors={"password": error.messages}
            ) from error
    person.set_password(password)
    person.save()
    StoreMember.objects.bulk_create(StoreMember(user=person, store=store) for store in stores)
    audit.record(person, "person.create", actor=actor, now=now, text=gettext_noop("Login made"), role=role)
    return person


@transaction.atomic
def change_person(
    *, person: User, actor: Actor, now: datetime, role: str | None = None, stores: Iterable[Store] | None = None,
    all_stores: bool | None = None, active: bool | None = None, display_name: str | None = None,
) -> User:  # fmt: skip
    """Change role, stores or whether somebody still works here; whoever leaves is out at once, everywhere.

    ``stores`` speaks for the stores the actor looks at; memberships in others stay. Refuses one's own role and stores, people
    who also work where the actor does not (but for the stores the actor looks at), and stores the actor does not work in.
    """
    _need(actor, "accounts.change_people")
    person = User.objects.select_for_update().get(pk=person.pk)
    if active is False and actor.user_id == person.pk:
        raise Conflict("not_yourself", _("You cannot lock yourself out."))
    changes: dict[str, Any] = {}
    for name, value in {
        "role": role,
        "all_stores": all_stores,
        "is_active": active,
        "display_name": display_name,
    }.items():
        if value is not None and getattr(person, name) != value:
            changes[name] = [str(getattr(person, name)), str(value)]
            setattr(person, name, value)
    held = set(person.memberships.values_list("store_id", flat=True))
    wanted = held
    if stores is not None:
        shown = set(stores_for(actor).values_list("pk", flat=True))
        given = {store.pk for store in stores}
        wanted = given | (held - shown)
        if wanted != held:
            changes["stores"] = [sorted(held), sorted(wanted)]
    _may_change(person, changes, held, wanted, actor)
    person.save()
    person.memberships.exclude(store_id__in=wanted).delete()
    StoreMember.objects.bulk_create(StoreMember(user=person, store_id=pk) for pk in wanted - held)
    if active is False:
        end_sessions(person=person, actor=actor, now=now)
    if changes:
        audit.record(person, "person.change", actor=actor, now=now, text=gettext_noop("Login changed"), changes=changes)
    return person


def _may_change(person: User, changes: dict[str, Any], held: set[int], wanted: set[int], actor: Actor) -> None:
    """Refuse to change one's own rights, and people of stores the actor does not work in."""
    if actor.user_id == person.pk and {"role", "stores", "all_stores"} & set(changes):
        raise Conflict("not_yourself", _("Somebody else must change your own role and stores."))
    if {"role", "is_active", "display_name", "all_stores"} & set(changes):
        _need_reach(actor, held, person.all_stores or "all_stores" in changes)
    _need_reach(actor, wanted ^ held, False)


def end_sessions(*, person: User, actor: Actor, now: datetime) -> int:
    """End every session of a person, on all devices. Answers how many there were."""
    from allauth.usersessions.models import UserSession

    if actor.user_id != person.pk:
        _need(actor, "accounts.change_people")
    sessions = list(UserSession.objects.filter(user=person))
    for session in sessions:
        session.end()
    return len(sessions)


@transaction.atomic
def create_token(
    *, program: str, role: str, actor: Actor, now: datetime, stores: Iterable[Store] = (), scopes: Iterable[str] = TOKEN_SCOPES,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:  # fmt: skip
    """A key for a program: answers the row and the key, which is shown this once and kept as a digest.

    Without stores it sees all stores, later ones too. Scopes are ``read``, ``write``, ``personal-data``. Refuses stores in
    which the maker does not work.
    """
    _need(actor, "accounts.change_token")
    chosen, wanted = list(stores), list(dict.fromkeys(scopes))
    _need_reach(actor, (store.pk for store in chosen), not chosen)
    if role not in Role.values:
        raise Invalid("invalid_role", _("Unknown role."), errors={"role": [str(_("Unknown role."))]})
    if not program.strip() or set(wanted) - set(TOKEN_SCOPES) or not wanted:
        raise Invalid("invalid_token", _("A token needs the name of its program and at least one known scope."))
    key = f"sp_{crypto.new_key()}"
    token = ApiToken.objects.create(
        program=program.strip(), prefix=key[:12], digest=crypto.digest(key), role=role, all_stores=not chosen, scopes=wanted,
        expires_at=expires_at, created_by_id=actor.person_id, created_at=now,
    )  # fmt: skip
    token.stores.set(chosen)
    audit.record(token, "token.create", actor=actor, now=now, text=gettext_noop("Token made"), role=role, scopes=wanted)
    return token, key


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: Actor, now: datetime) -> None:
    """End a token at once; a second time changes nothing. Refuses a token of stores in which the actor does not work."""
    _need(actor, "accounts.change_token")
    _need_reach(actor, token.stores.values_list("pk", flat=True), token.all_stores)
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        audit.record(token, "token.revoke", actor=actor, now=now, text=gettext_noop("Token revoked"))


@transaction.atomic
def change_preferences(*, person: User, actor: Actor, now: datetime, **wishes: Any) -> User:
    """A person's own settings: language, theme, density, time zone, order of Today, the store looked at ("" = all). Refuses
    those of somebody else; what changed stands in the audit trail."""
    if actor.user_id != person.pk:
        raise NotAllowed("not_yours", _("Everybody sets this for themselves."))
    allowed = {"language", "theme", "density", "time_zone", "today_order", "display_name"}
    before = {name: getattr(person, name) for name in (*allowed, "current_store_id")}
    changed = []
    for name in sorted(allowed & set(wishes)):
        field = User._meta.get_field(name)
        value = wishes[name]
        choices = {key for key, _label in getattr(field, "flatchoices", ())}
        if name == "language":
            choices = {"zh-hans", "en"}
        if name == "today_order":
            choices = {"day", "risk"}
        if choices and value not in choices:
            continue
        if name == "time_zone":
            try:
                clock.zone(value)
            except ValueError as error:
                raise Invalid(
                    "invalid_zone", _("Unknown time zone."), errors={"time_zone": [str(_("Unknown time zone."))]}
                ) from error
        setattr(person, name, value)
        changed.append(name)
    if "store" in wishes:
        code = wishes["store"]
        stores = Store.objects.filter(code=code) if code.isprintable() and code else Store.objects.none()
        if person.store_ids is not None:
            stores = stores.filter(pk__in=person.store_ids)
        person.current_store = stores.first()
        changed.append("current_store")
    if changed:
        person.save(update_fields=changed)
    differing = {k: [str(was), str(getattr(person, k))] for k, was in before.items() if was != getattr(person, k)}
    if differing:
        text = gettext_noop("Own settings changed")
        audit.record(person, "person.preferences", actor=actor, now=now, text=text, changes=differing)
    return person
