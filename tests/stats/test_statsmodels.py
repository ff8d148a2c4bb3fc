"""statsmodels on invented people: agreement to 1e-6 wherever the definition is the same.

Its standard error divides by 0 where S = 0, so it is compared before. Its log-rank test takes any group, ours
needs 5 returns in each, so every group has them.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from stats.invented_people import EXACT, GROUPS, PEOPLE, SLOW, columns, columns_of, counts_of

from dashboard.stats.log_rank import log_rank
from dashboard.stats.survival import cumulative_incidence

duration = pytest.importorskip("statsmodels.duration.survfunc", exc_type=ImportError)
pytestmark = pytest.mark.filterwarnings("ignore::Warning")


@SLOW
@given(PEOPLE)
def test_standard_error_of_statsmodels(people):
    days, back = columns(people)
    curve = cumulative_incidence(counts_of(people))
    theirs = duration.SurvfuncRight(days, back.astype(int))
    for day, survival, error in zip(theirs.surv_times, theirs.surv_prob, theirs.surv_prob_se, strict=True):
        assert 1 - curve.value_at(int(day)) == pytest.approx(survival, abs=EXACT)
        if survival > 0:  # at S = 0 theirs divides by 0
            assert sqrt(curve.variance_at(int(day))) == pytest.approx(error, abs=EXACT)


@SLOW
@given(GROUPS)
def test_log_rank_of_statsmodels(groups):
    names, days, back = columns_of(groups)
    ours = log_rank([counts_of(group, str(name)) for name, group in enumerate(groups)])
    statistic, p = duration.survdiff(days, back.astype(int), names)
    assert ours.statistic == pytest.approx(float(np.squeeze(statistic)), abs=EXACT)
    assert ours.p == pytest.approx(float(np.squeeze(p)), abs=EXACT)
