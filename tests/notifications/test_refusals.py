import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.smtp_refusals import Blame, find_blame, in_short, leads_nowhere


@pytest.mark.parametrize(
    ("code", "answer", "whose"),
    [
        (550, "5.1.1 No such user", Blame.MAILBOX),
        (550, "5.1.10 Null MX", Blame.MAILBOX),
        (550, "5.2.1 Mailbox disabled", Blame.MAILBOX),
        (552, "5.2.2 Mailbox full", Blame.MAILBOX),
        (550, "No such user", Blame.MAILBOX),
        (556, "Domain takes no mail", Blame.MAILBOX),
        (550, "5.1.8 Bad sender's address", Blame.OURS),
        (554, "5.7.1 Refused by policy", Blame.OURS),
        (550, "5.7.26 Not authenticated", Blame.OURS),
        (554, "5.3.0 The disk is full", Blame.OURS),
        (550, "5.4.1 No route", Blame.OURS),
        (501, "5.5.4 Bad arguments", Blame.OURS),
        (530, "Sign in first", Blame.OURS),
        (554, "Not you", Blame.LATER),
        (554, "5.6.0 We do not like these words", Blame.LATER),
        (550, "5.0.0 Something", Blame.LATER),
        (451, "4.7.1 Greylisted", Blame.LATER),
        (452, "4.2.2 Mailbox full", Blame.LATER),
        (0, "lost at RCPT", Blame.LATER),
    ],
)
def test_only_what_is_about_the_mailbox_is_for_good(code, answer, whose):
    assert find_blame(code, answer) == whose


@given(code=st.integers(0, 599), answer=st.text())
def test_whatever_a_server_says_is_someones(code, answer):
    whose = find_blame(code, answer)

    assert whose in Blame
    assert code >= 500 or whose == Blame.LATER


@pytest.mark.parametrize(
    ("code", "answer", "nobody"),
    [(550, "5.1.1 x", True), (550, "x", True), (550, "5.7.1 x", False), (552, "5.2.2 x", False), (554, "x", False)],
)
def test_address_leads_nowhere_only_when_its_server_says_so(code, answer, nobody):
    assert leads_nowhere(code, answer) == nobody


@pytest.mark.parametrize(
    ("error", "short"),
    [
        ("550 5.1.1 <bob@example.org>: Recipient address rejected", "550 5.1.1 : Recipient address rejected"),
        ("451 4.3.0 4D8F12345: queue file write error", "451 4.3.0 queue file write error"),
        ("550 No such user bob@example.org", "550 No such user"),
        ("ValueError: no such thing", "ValueError: no such thing"),
    ],
)
def test_reason_is_the_same_for_all_rows_that_share_it(error, short):
    assert in_short(error) == short
