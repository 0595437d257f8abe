"""What is printed: data records and their typesetting."""

from logistics.documents.customs import customs_record, paper_record
from logistics.documents.glyphs import breakable, lost_in, missing_glyphs, printable, shown
from logistics.documents.labels import customs_text, label_problem, label_record, problem_said, problem_words
from logistics.documents.payment import payment_record
from logistics.documents.records import batch_record, check_words, digest, hand_over_record
from logistics.documents.slips import card_facts, card_record, empty_parcel, return_record, slip_record
from logistics.documents.typeset import (
    NotSet,
    join,
    pieces_of,
    render_batch,
    render_customs,
    render_hand_over,
    render_parcel,
    render_payment,
    set_pieces,
)

__all__ = [
    "NotSet", "batch_record", "breakable", "card_facts", "card_record", "check_words", "customs_record", "customs_text", "digest",
    "empty_parcel", "hand_over_record", "join", "label_problem", "label_record", "lost_in", "missing_glyphs", "paper_record",
    "payment_record", "pieces_of", "printable", "problem_said", "problem_words", "render_batch", "render_customs", "render_hand_over",
    "render_parcel", "render_payment", "return_record", "set_pieces", "shown", "slip_record",
]  # fmt: skip
