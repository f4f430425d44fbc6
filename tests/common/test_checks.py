import pytest
from django.core.checks import run_checks

from common.checks.configuration import CONFIGURATION


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"SITE_NAME": "Zoë’s circle, Inc."}, []),
        ({"SITE_NAME": "=?utf-8?q?a=0D=0ABcc=3A_v=40x.example?="}, ["common.E001"]),
        ({"SITE_NAME": "Help\r\nBcc: v@x.example"}, ["common.E001"]),
        ({"SITE_NAME": "Help <v>"}, ["common.E001"]),
        ({"SITE_NAME": ""}, ["common.E001"]),
        ({"SITE_ZONE": "EST"}, ["common.E005"]),
        ({"SITE_NAME": "x" * 61}, ["common.E001"]),
        ({"DEFAULT_FROM_EMAIL": "Help, Inc. <no-reply@bücher.example>"}, []),
        ({"DEFAULT_FROM_EMAIL": "Help"}, ["common.E002"]),
        ({"DEFAULT_FROM_EMAIL": "Help <a b@x.example>"}, ["common.E002"]),
        ({"CONTACT_EMAIL": "help@x.example, v@x.example"}, ["common.E002"]),
        ({"CONTACT_EMAIL": "=?utf-8?q?v=40x.example?=@y.example"}, ["common.E002"]),
    ],
    ids=str,
)
def test_a_site_that_can_not_head_a_mail_does_not_start(settings, given, found):
    for name, value in given.items():
        setattr(settings, name, value)

    assert [error.id for error in run_checks(tags=[CONFIGURATION])] == found
