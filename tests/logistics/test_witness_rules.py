"""The weight witness over a simulated month: what it sees, what it names, how seldom it is wrong, and exchanged parcels."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.rules import witness
from logistics.rules.witness import Belief, Noise, Odds, Part, Weighed

NOISE = Noise(piece_share=0.03, packing_g=4, scale_g=1)
ODDS = Odds(missing=0.05, extra=0.003, other=0.002, silent_from=0.8)
KNOWN = Belief(20, 1)


@dataclass
class Month:
    """A shop's parcels in their order: catalogue weights are about right, the beliefs are learned on the way."""

    seed: int
    parcels: int = 5000
    articles: int = 400
    missing: int = 0
    seen: int = 0
    named: int = 0
    right: int = 0
    false: int = 0
    clean_batches: int = 0
    clean_alarms: int = 0
    swaps: int = 0
    found: int = 0
    batch: list[Weighed] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Articles with a median of 35 g; what the catalogue says of them is a few per cent off."""
        self.dice = random.Random(self.seed)
        self.true = [35 * math.exp(self.dice.gauss(0, 0.7)) for _ in range(self.articles)]
        self.beliefs = [Belief(w * (1 + self.dice.gauss(0, 0.06)), (w * 0.1) ** 2) for w in self.true]
        self.packing = Belief(20, 36)

    def live(self) -> Month:
        """Pack, weigh, judge, learn; one piece is missing in one of twenty."""
        popular = [1 / (rank + 5) for rank in range(self.articles)]
        for number in range(self.parcels):
            skus = list(
                dict.fromkeys(
                    self.dice.choices(range(self.articles), popular, k=self.dice.choice([1, 1, 1, 2, 2, 3, 4]))
                )
            )
            parts = [Part(sku, self.dice.choice([1, 1, 1, 2, 3]), self.beliefs[sku]) for sku in skus]
            if number % 20 == 7:
                self._short(parts)
            weight = self._weigh(parts)
            if number % 20 != 7:
                self.right += 1
                self.false += self._judge(parts, weight).alarm
            self._batch(parts, weight)
            after, self.packing = witness.learn(parts, self.packing, weight, noise=NOISE)
            for sku, belief in after.items():
                self.beliefs[sku] = belief
        return self

    def _judge(self, parts: list[Part], weight: float) -> witness.Verdict:
        return witness.judge(parts, self.packing, weight, noise=NOISE, odds=ODDS)

    def _short(self, parts: list[Part]) -> None:
        lost = self.dice.choice([part.line for part in parts for _ in range(part.quantity)])
        verdict = self._judge(parts, self._weigh(parts, lost))
        self.missing += 1
        self.seen += verdict.answer == witness.LIGHT
        self.named += bool(verdict.causes) and (verdict.causes[0].line, verdict.causes[0].pieces) == (lost, -1)

    def _weigh(self, parts: list[Part], lost: int | None = None) -> float:
        grams = self.dice.gauss(23, 4) + self.dice.gauss(0, 1)
        for part in parts:
            for _ in range(part.quantity - (part.line == lost)):
                grams += self.dice.gauss(self.true[part.line], 0.03 * self.true[part.line])
        return max(round(grams), 1)

    def _batch(self, parts: list[Part], weight: float) -> None:
        """Batches of 25; in one of twenty two labels are exchanged."""
        self.batch.append(Weighed(len(self.batch), *witness.expected(parts, self.packing, NOISE), weight))
        if len(self.batch) < 25:
            return
        if (self.clean_batches + self.swaps) % 20 == 7:
            a, b = self.dice.sample(self.batch, 2)
            self.batch[a.key] = Weighed(a.key, a.expected, a.variance, b.weight_g)
            self.batch[b.key] = Weighed(b.key, b.expected, b.variance, a.weight_g)
            self.swaps += 1
            self.found += any({m.first, m.second} == {a.key, b.key} for m in witness.mirrors(self.batch))
        else:
            self.clean_batches += 1
            self.clean_alarms += bool(witness.mirrors(self.batch))
        self.batch = []


def test_a_month_of_parcels_is_witnessed() -> None:
    months = [Month(seed).live() for seed in (1, 2)]
    total = {name: sum(getattr(m, name) for m in months) for name in ("missing", "seen", "named", "right", "false")}
    assert total["seen"] >= 0.9 * total["missing"], total
    assert total["named"] >= 0.8 * total["missing"], total
    assert total["false"] <= 0.025 * total["right"], total
    assert sum(m.found for m in months) >= 0.8 * sum(m.swaps for m in months) > 0
    assert sum(m.clean_alarms for m in months) <= 0.02 * sum(m.clean_batches for m in months)


def test_a_difference_names_what_explains_it() -> None:
    parts = [Part(1, 2, Belief(42, 1)), Part(2, 1, Belief(90, 1))]
    light = witness.judge(parts, KNOWN, 194 - 43, noise=NOISE, odds=ODDS)
    assert (light.answer, round(light.difference), light.causes[0].line, light.causes[0].pieces) == (
        "light",
        -43,
        1,
        -1,
    )
    heavy = witness.judge(parts, KNOWN, 194 + 89, noise=NOISE, odds=ODDS)
    assert (heavy.answer, heavy.causes[0].line, heavy.causes[0].pieces) in {("heavy", 2, 1), ("heavy", 1, 2)}
    strange = witness.judge(parts, KNOWN, 194 + 500, noise=NOISE, odds=ODDS)
    assert strange.alarm and strange.causes == ()
    assert not witness.judge(parts, KNOWN, 194 + 5, noise=NOISE, odds=ODDS).alarm


def test_feathers_are_not_promised() -> None:
    verdict = witness.judge([Part(1, 1, Belief(3, 0.1)), Part(2, 1, Belief(80, 1))], KNOWN, 103, noise=NOISE, odds=ODDS)
    assert verdict.blind == {1} and not verdict.alarm


def test_an_unknown_article_is_learned_from_its_first_parcel() -> None:
    unknown = Belief(50, 200**2)
    assert witness.judge([Part(1, 1, unknown)], KNOWN, 320, noise=NOISE, odds=ODDS).answer == "unsure"
    after, packing = witness.learn([Part(1, 1, unknown)], KNOWN, 320, noise=NOISE)
    assert abs(after[1].mean - 300) < 1 and after[1].variance < 25 and abs(packing.mean - 20) < 0.1


def test_a_wrong_catalogue_is_unlearned_by_people_who_looked() -> None:
    parts, packing, looked = [Part(1, 1, Belief(35, 4))], KNOWN, 0
    for _ in range(6):
        verdict = witness.judge(parts, packing, 82, noise=NOISE, odds=ODDS)
        looked += verdict.alarm
        after, packing = witness.learn(parts, packing, 82, noise=NOISE, surprised=verdict.alarm)
        parts = [Part(1, 1, after[1])]
    assert looked <= 4 and abs(parts[0].belief.mean + packing.mean - 82) < 3


@pytest.mark.parametrize(("strays", "found"), [((), 0), ((1,), 1)])
def test_a_refused_label_makes_an_exchange_likelier(strays: tuple[int, ...], found: int) -> None:
    batch = [Weighed(0, 100, 20, 107, frozenset(strays)), Weighed(1, 108, 20, 101)]
    batch += [Weighed(n, 150 + n, 20, 150 + n) for n in range(2, 12)]
    assert len(witness.mirrors(batch)) == found


@given(st.floats(1, 5000), st.floats(0.1, 400), st.floats(1, 8000), st.integers(1, 20), st.booleans())
def test_learning_never_makes_surer_than_possible(
    mean: float, variance: float, weight: float, quantity: int, surprised: bool
) -> None:
    after, packing = witness.learn(
        [Part(1, quantity, Belief(mean, variance))], KNOWN, weight, noise=NOISE, surprised=surprised
    )
    assert after[1].variance > 0 and after[1].mean > 0 and packing.variance > 0
    assert surprised or after[1].variance <= variance
