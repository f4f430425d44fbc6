"""Tests with generated examples don't depend on how quick the machine is; `tests/conftest.py` loads this for all."""

from hypothesis import HealthCheck, settings

# For a test whose examples may share what its fixtures made. Naming checks replaces those of the profile.
SHARED_FIXTURES = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def load_profile() -> None:
    """By itself Hypothesis fails a test if one example takes 200 ms, or if making examples takes long."""
    settings.register_profile("any speed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any speed")
