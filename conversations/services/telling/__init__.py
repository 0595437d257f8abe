"""One matter told to many buyers: prepared, looked through, told once each."""

from conversations.services.telling.changing import change_row, leave_out, take_in
from conversations.services.telling.making import (
    PREPARE,
    add_words,
    discard,
    make_telling,
    prepare,
    prepare_again,
)
from conversations.services.telling.sending import TELL, finish, next_piece, send_piece, send_telling

__all__ = [
    "PREPARE", "TELL", "add_words", "change_row", "discard", "finish", "leave_out", "make_telling", "next_piece", "prepare",
    "prepare_again", "send_piece", "send_telling", "take_in",
]  # fmt: skip
