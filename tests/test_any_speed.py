import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@given(st.integers())
@settings(max_examples=2)
def test_a_slow_example_is_no_failure(number):
    assert HealthCheck.too_slow in settings().suppress_health_check
    time.sleep(0.3)
