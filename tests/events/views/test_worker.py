"""The script that opens an event's page without a network, and who removes what it kept."""

from django.test import Client
from django.urls import reverse


def test_the_worker_is_a_script_that_reaches_only_this_site_and_is_looked_for_each_time():
    script = Client().get(reverse("event_worker"))
    policy = dict(part.strip().partition(" ")[::2] for part in script["Content-Security-Policy"].split(";"))

    assert script["Content-Type"] == "text/javascript; charset=utf-8"
    assert (script["Cache-Control"], "Service-Worker-Allowed" in script) == ("no-cache", False)
    assert (policy["default-src"], policy["connect-src"], policy["worker-src"]) == ("'none'", "'self'", "'self'")
    assert b"addEventListener" in script.content


def test_a_worker_serves_addresses_below_its_own_only():
    below = reverse("event_worker").rpartition("/")[0]

    assert reverse("event_now", args=["first-jobs"]).startswith(f"{below}/")
    assert below != ""
