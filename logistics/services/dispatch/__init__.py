"""Dispatch notes: drafted, signed, released, changed, taken back."""

from logistics.services.dispatch.differences import agree_difference, declare_difference
from logistics.services.dispatch.drafting import draft_notes, draft_one
from logistics.services.dispatch.editing import (
    LineChange,
    block,
    edit,
    follow,
    refresh_lines,
    resume,
    unblock,
    withdraw,
    withdraw_for_cancelled,
    withdraw_notes,
)  # fmt: skip
from logistics.services.dispatch.missing import ask_buyer, reserve_number
from logistics.services.dispatch.signing import auto_sign, kinds_for, release, release_notes, sign, sign_notes
from logistics.services.dispatch.spares import choose_spares

__all__ = [
    "LineChange", "agree_difference", "ask_buyer", "auto_sign", "block", "choose_spares", "declare_difference",
    "draft_notes", "draft_one", "edit", "follow", "kinds_for", "refresh_lines", "release", "release_notes",
    "reserve_number", "resume", "sign", "sign_notes", "unblock", "withdraw", "withdraw_for_cancelled", "withdraw_notes",
]  # fmt: skip
