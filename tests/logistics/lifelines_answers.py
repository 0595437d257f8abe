"""Writes ``tests/data/lifelines_answers.json``: answers of the statistics package lifelines to random censored data.

It is not a dependency, not even of the tests (400 MB with what it needs). To record anew, in an environment of its own::

    python -m venv apart && apart/bin/pip install lifelines==0.30.3
    apart/bin/python tests/logistics/lifelines_answers.py
"""

from __future__ import annotations

import itertools
import json
import random
import warnings
from pathlib import Path

PLACE = Path(__file__).resolve().parents[1] / "data" / "lifelines_answers.json"


def main() -> None:
    """Record 36 samples with curve, band, and the log-rank test between neighbours."""
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    warnings.simplefilter("ignore")
    chance, made = random.Random(20261122), []
    for n in range(36):
        size, share = chance.choice([1, 2, 5, 20, 60, 90]), chance.choice([0.1, 0.5, 0.8, 1.0])
        days = [chance.randint(0, 70) if n % 2 else round(chance.lognormvariate(3.3, 0.35), 2) for _ in range(size)]
        came = [chance.random() < share for _ in range(size)]
        confidence = chance.choice([0.8, 0.9, 0.95, 0.99])
        fitted = KaplanMeierFitter(alpha=1 - confidence).fit(days, came)
        out, band = fitted.survival_function_["KM_estimate"], fitted.confidence_interval_
        points = [[day, out.loc[day], *map(float, band.loc[day])] for day in sorted(set(map(float, days)))]
        made.append({"days": days, "came": came, "confidence": confidence, "points": points})
    for one, other in itertools.pairwise(made):
        one["chi2"] = float(logrank_test(one["days"], other["days"], one["came"], other["came"]).test_statistic)
    PLACE.write_text(json.dumps(made, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
