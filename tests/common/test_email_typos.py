"""Slips in the domain of an email address, and addresses that are right."""

import pytest

from common.mail.typos import WELL_KNOWN, meant_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ana@gmial.com", "ana@gmail.com"),
        ("ana@gmial.con", "ana@gmail.com"),
        ("Ana.B+x@Gmail.co", "Ana.B+x@gmail.com"),
        ("ana@gmaill.com", "ana@gmail.com"),
        ("ana@hotmal.com", "ana@hotmail.com"),
        ("ana@hotmai.co.uk", "ana@hotmail.co.uk"),
        ("ana@outlok.de", "ana@outlook.de"),
        ("ana@yahoo.cm", "ana@yahoo.com"),
        ("ana@school-of-arts.con", "ana@school-of-arts.com"),
    ],
)
def test_a_slip_in_a_well_known_domain_is_mended(typed, meant):
    assert meant_address(typed) == meant


@pytest.mark.parametrize(
    "address",
    [
        "ana@gmx.org",
        "ana@outlook.be",
        "ana@yahoo.se",
        "ana@my.com",
        "ana@like.com",
        "ana@nordlicht.example",
        "ana@uni.edu",
        "ana@acme.co",
        "ana@xn--gmil-6na.com",
        "gmail.con",
        "",
        *(f"ana@{domain}" for domain in sorted(WELL_KNOWN)),
    ],
)
def test_an_address_that_may_be_right_is_left_alone(address):
    assert meant_address(address) == ""
