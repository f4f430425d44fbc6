"""The estimator against plain counting, a published example, and what must hold for any numbers."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.impact.survival import Quantile, Span, estimate_quantiles, still_waiting

SPANS = st.lists(st.builds(Span, st.integers(0, 30), st.booleans()), min_size=1, max_size=40)
PERCENT = st.integers(1, 99)


def quantile(spans, percent):
    return estimate_quantiles(spans, [percent])[0]


def plain(spans, percent):
    """By the definition, one moment after the other, in fractions."""
    share = Fraction(1)
    for moment in sorted({span.seconds for span in spans if span.happened}):
        at_risk = sum(span.seconds >= moment for span in spans)
        share *= 1 - Fraction(sum(span.happened and span.seconds == moment for span in spans), at_risk)
        if share <= 1 - Fraction(percent, 100):
            return Quantile(moment)
    return Quantile(max(span.seconds for span in spans), is_more=True)


def test_curve_of_a_well_known_example():
    """Freireich's remission times of 1963 under 6-MP, as every textbook has them."""
    left = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    stayed = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    spans = [Span(week, True) for week in left] + [Span(week, False) for week in stayed]

    curve = [(week, round(share, 3)) for week, share in still_waiting(spans)]

    assert curve == [(6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)]
    assert (quantile(spans, 50), quantile(spans, 90)) == (Quantile(23), Quantile(35, is_more=True))


def test_nobody_has_no_quantile():
    assert quantile([], 50) is None


@given(SPANS, PERCENT)
def test_quantile_is_that_of_the_definition(spans, percent):
    assert quantile(spans, percent) == plain(spans, percent)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60), PERCENT)
def test_without_anybody_waiting_it_is_the_plain_quantile(seconds, percent):
    needed = -(-len(seconds) * percent // 100)

    assert quantile([Span(each, True) for each in seconds], percent) == Quantile(sorted(seconds)[needed - 1])


@given(SPANS)
def test_fewer_wait_as_time_passes_and_more_percent_take_longer(spans):
    curve = list(still_waiting(spans))
    quantiles = [quantile(spans, percent) for percent in range(1, 100)]

    assert [share for _moment, share in curve] == sorted((share for _moment, share in curve), reverse=True)
    assert all(-1e-9 <= share < 1 for _moment, share in curve)
    assert [(each.is_more, each.seconds) for each in quantiles] == sorted(
        (each.is_more, each.seconds) for each in quantiles
    )


@given(SPANS, PERCENT, st.integers(0, 30))
def test_one_more_who_waits_never_makes_it_shorter(spans, percent, waited):
    before, after = quantile(spans, percent), quantile([*spans, Span(waited, False)], percent)

    assert (after.is_more, after.seconds) >= (before.is_more, before.seconds)
