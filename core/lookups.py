"""Lookups of text columns that an index serves: capitals, the last characters, the words of a folded column."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Upper


class Tail(models.Transform):
    """The last six characters in capitals: what people remember of a number. Needs an index on ``Right(Upper(column), 6)``."""

    lookup_name = "tail"
    template = "RIGHT(UPPER(%(expressions)s), 6)"


class FoldedWords(models.Transform):
    """The words of a folded column, each findable by its beginning. Needs a ``GinIndex(FoldedWords(column))``."""

    lookup_name = "words"
    template = "to_tsvector('simple'::regconfig, COALESCE(%(expressions)s, ''))"
    output_field = SearchVectorField()


models.CharField.register_lookup(Upper)
models.CharField.register_lookup(Tail)
models.CharField.register_lookup(FoldedWords)
