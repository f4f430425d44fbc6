"""How sure a share is. Pure.

E. B. Wilson, “Probable inference, the law of succession, and statistical inference”, Journal of the American
Statistical Association 22 (1927), 209–212. Unlike the usual interval it holds for few answers, too, and for shares near
0 and 1. There it falls short for one to three hits, or misses: their outer end is that of a Poisson distribution, as in
L. D. Brown, T. T. Cai, A. DasGupta, “Interval estimation for a binomial proportion”, Statistical Science 16 (2001).
"""

from math import log, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# For one, two and three hits: half of the 5 % quantile of chi-squared with twice as many degrees of freedom. The first
# is exact; a test works out the others.
FEW_HITS = (-log(CONFIDENCE), 0.355361511, 0.817691447)
MANY = 50


def wilson_interval(hits: int, of: int) -> tuple[float, float]:
    """Between which shares the true one lies, 95 times in a hundred. `of` is at least one."""
    return _lower_end(hits, of), 1 - _lower_end(of - hits, of)


def _lower_end(hits: int, of: int) -> float:
    if not hits:
        return 0.0
    if hits <= (len(FEW_HITS) if of > MANY else len(FEW_HITS) - 1):
        return min(FEW_HITS[hits - 1] / of, _wilson_lower(hits, of))
    return _wilson_lower(hits, of)


def _wilson_lower(hits: int, of: int) -> float:
    share, square = hits / of, Z * Z
    reach = Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (share + square / (2 * of) - reach) / (1 + square / of)
