"""What is printed: data records and their typesetting."""

from logistics.documents.customs import customs_record
from logistics.documents.glyphs import missing_glyphs, printable, shown
from logistics.documents.records import batch_record, check_words, digest, hand_over_record, label_problem
from logistics.documents.typeset import join, render_batch, render_customs, render_hand_over

__all__ = [
    "batch_record", "check_words", "customs_record", "digest", "hand_over_record", "join", "label_problem", "missing_glyphs", "printable",
    "render_batch", "render_customs", "render_hand_over", "shown",
]  # fmt: skip
