"""What people read when a session was missed: through the services, the outbox and SMTP."""

import re

import pytest

from notifications.models import Notification
from notifications.tasks import drain_outbox
from sessions_app.attendance.acts import answer_absent, join_call, say_absent, settle_silent
from sessions_app.attendance.disputes import contest_missed, decide_attendance
from sessions_app.booking.clock import complete_ended
from sessions_app.models import AttendanceKind, Booking, Engagement
from tests.conftest import NOW, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.attendance import DAY, END, MINUTE, after
from tests.smtp import smtp_sink, text_of  # noqa: F401 - a fixture

ALICE, BOB = "alice@example.org", "bob@example.org"
SETTLED = after(15)


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"


@pytest.fixture
def read(smtp_sink):  # noqa: F811
    """read(now) sends what is due at this moment and gives it by recipient, one mail each."""

    def drain(now) -> dict:
        smtp_sink.mails.clear()
        drain_outbox(now)
        mails = {mail["To"].addresses[0].addr_spec: mail for mail in smtp_sink.mails}
        assert len(mails) == len(smtp_sink.mails)
        return mails

    return drain


@pytest.fixture
def missed_by(offer, alice, bob, read):
    """missed_by(bob) books a session that the other waits in, and sends all mails but the last."""

    def make(person, start=THURSDAY, *, now=NOW) -> Booking:
        booking = book(offer, bob, start, now=now)
        waits = booking.other_person(person)
        read(start - MINUTE)
        join_call(booking=booking, by=waits, now=start - 2 * MINUTE)
        return say_absent(booking=booking, by=waits, now=start + 5 * MINUTE)

    return make


def body(mail) -> str:
    """Without the foot."""
    return text_of(mail).split("\n\n--\n")[0]


def test_who_is_waited_for_is_asked_at_once(missed_by, bob, read):
    booking = missed_by(bob)

    mails = read(after(5))

    assert list(mails) == [BOB]
    assert mails[BOB]["Subject"] == "Alice is waiting for you: Thu 26 Nov, 20:00 (Kolkata)"
    assert body(mails[BOB]) == (
        "Alice Adair says you didn’t come\n\n"
        "Thursday 26 November\n20:00–20:25\n\n"
        "Kolkata (IST). 14:30–14:55 for Alice in London.\n\n"
        "Alice is waiting for you now. You can join the call from the session page. Tell us on that page whether you"
        " came. If we don’t hear from you by Thu 26 Nov, 20:15, we’ll record the session as missed by you.\n\n"
        f"Go to the session:\nhttps://mentoring.example/sessions/{booking.uuid}/"
    )


def test_who_is_asked_a_day_later_has_a_day(booking, alice, bob, read):
    read(after(-1))
    join_call(booking=booking, by=alice, now=after(0))
    complete_ended(now=END)
    say_absent(booking=booking, by=alice, now=after(60))

    mail = read(after(60))[BOB]

    assert [words in mail["Subject"] for words in ("Alice", "Thu 26 Nov, 20:00 (Kolkata)")] == [True, True]
    assert "Fri 27 Nov, 21:00" in body(mail)


@pytest.mark.parametrize("act", ["joins", "answers"])
def test_who_is_there_already_is_not_asked_by_mail(missed_by, bob, read, act):
    booking = missed_by(bob)
    if act == "joins":
        join_call(booking=booking, by=bob, now=after(6))
    else:
        answer_absent(booking=booking, by=bob, came=True, now=after(6))

    assert read(after(6)) == {}


def test_mentee_who_missed_it_reads_the_fact_and_what_to_do(missed_by, bob, read):
    booking = missed_by(bob)
    settle_silent(now=SETTLED)

    mail = read(SETTLED)[BOB]

    assert mail["Subject"] == "You missed Alice on Thu 26 Nov, 20:00 (Kolkata)"
    assert body(mail) == (
        "You missed your session with Alice Adair\n\n"
        "Thursday 26 November\n20:00–20:25\n\n"
        "Kolkata (IST). 14:30–14:55 for Alice in London.\n\n"
        "Alice was on the call from 20:00 and didn’t see you. It happens.\n\n"
        f"Tell Alice what happened:\nhttps://mentoring.example/sessions/{booking.uuid}/\n\n"
        "Your question:\n“Should I take the counter-offer?”\n\n"
        "If we got this wrong, tell us on the same page by Thu 3 Dec, 20:25 and we’ll look into it.\n\n"
        "Your question is saved. Choose another time with Alice "
        "(https://mentoring.example/mentors/alice-adair/"
        f"?offer={booking.offer.uuid}&q=Should+I+take+the+counter-offer%3F)."
    )


def test_mentor_who_waited_has_nothing_to_do(missed_by, bob, read):
    booking = missed_by(bob)
    settle_silent(now=SETTLED)

    mail = read(SETTLED)[ALICE]

    assert mail["Subject"] == "Bob didn’t join on Thu 26 Nov, 14:30 (London)"
    assert body(mail) == (
        "You waited, but Bob Bose didn’t join\n\n"
        "Thursday 26 November\n14:30–14:55\n\n"
        "London (GMT). 20:00–20:25 for Bob in Kolkata.\n\n"
        "We’ve recorded it and asked Bob why. It doesn’t count against you. There’s nothing to do.\n\n"
        f"Open the session:\nhttps://mentoring.example/sessions/{booking.uuid}/"
    )


def test_mentee_who_waited_is_told_who_is_free_soonest_with_the_question(missed_by, alice, read):
    for number, name in enumerate(("Dora Dane", "Emil Engel", "Fay Fox", "Gus Gray")):
        make_mentor(make_person(f"m{number}@example.org", name))
    missed_by(alice)
    settle_silent(now=SETTLED)

    mails = read(SETTLED)

    question = f"?q=Should+I+take+the+counter-offer%3F&follows={Engagement.objects.get().uuid}"
    [line] = [line for line in body(mails[BOB]).split("\n") if "/mentors/dora-dane/" in line]
    free = [
        f"{name} (https://mentoring.example/mentors/{slug}/{question}), Fri 27 Nov, 14:30"
        for name, slug in (("Dora Dane", "dora-dane"), ("Emil Engel", "emil-engel"), ("Fay Fox", "fay-fox"))
    ]
    assert line.endswith(" · ".join(free))
    assert "Gus Gray" not in body(mails[BOB])
    assert [words in mails[BOB]["Subject"] for words in ("Alice", "Thu 26 Nov, 20:00 (Kolkata)")] == [True, True]
    assert [words in mails[ALICE]["Subject"] for words in ("Bob", "Thu 26 Nov, 14:30 (London)")] == [True, True]
    assert [QUESTION in body(mails[address]) for address in (BOB, ALICE)] == [True, False]


def test_who_says_so_is_not_asked_why(missed_by, bob, read):
    booking = missed_by(bob)
    answer_absent(booking=booking, by=bob, came=False, words="The train stood still.", now=SETTLED)

    mails = read(SETTLED)

    assert "“The train stood still.”" in body(mails[ALICE])
    assert "“The train stood still.”" not in body(mails[BOB])
    assert "You told us you missed it, and Alice knows." in body(mails[BOB])


@pytest.mark.parametrize(
    ("limit", "is_near", "until"),
    [
        pytest.param(2.2, False, [], id="far"),
        pytest.param(2.0, True, [], id="near"),
        pytest.param(0.5, True, ["Thursday 10 December, 20:15"], id="paused"),
    ],
)
def test_the_pause_is_named_from_the_miss_before_it(missed_by, bob, read, settings, limit, is_near, until):
    settings.LEDGER_PAUSES_FROM = limit
    missed_by(bob)
    settle_silent(now=SETTLED)

    text = body(read(SETTLED)[BOB])

    [line] = [line for line in text.split("\n") if "Thu 3 Dec, 20:25" in line]
    assert re.findall(r"Thursday \d+ December, [\d:]+", line) == until
    assert ("https://mentoring.example/settings/missed/" in text) == is_near
    assert ("https://mentoring.example/mentors/alice-adair/" in text) == (not until)


NOT_YOURS = "It’s recorded as missed by {}. It doesn’t count against you."
YOURS, NOBODYS = "It’s recorded as missed by you.", "It doesn’t count against either of you."


@pytest.mark.parametrize(
    ("decision", "for_alice", "for_bob"),
    [
        ("mentee_missed", NOT_YOURS.format("Bob"), YOURS),
        ("mentor_missed", YOURS, NOT_YOURS.format("Alice")),
        ("held", NOBODYS, NOBODYS),
    ],
)
def test_both_are_told_what_staff_decided(missed_by, bob, maria, read, decision, for_alice, for_bob):
    booking = missed_by(bob)
    settle_silent(now=SETTLED)
    read(SETTLED)
    contest_missed(booking=booking, by=bob, words="I was there", now=END)
    kind = AttendanceKind(decision)
    decide_attendance(booking=booking, decision=kind, by=maria, reason="We saw it.", now=END + DAY)

    mails = read(END + DAY)

    assert [words in mails[BOB]["Subject"] for words in ("Alice", "Thu 26 Nov")] == [True, True]
    for address, words in ((ALICE, for_alice), (BOB, for_bob)):
        assert f"\n\n{words} " in body(mails[address])
        assert "“We saw it.”" in body(mails[address])


def test_the_other_reads_what_was_said_and_where_to_say_their_side(missed_by, bob, read):
    booking = missed_by(bob)
    settle_silent(now=SETTLED)
    read(SETTLED)
    contest_missed(booking=booking, by=bob, words="I was there", now=END)

    mails = read(END)

    assert set(mails) == {ALICE}
    assert [words in mails[ALICE]["Subject"] for words in ("Bob", "Thu 26 Nov", "(London)")] == [True] * 3
    assert "I was there" in body(mails[ALICE])
    assert f"/sessions/{booking.uuid}/" in body(mails[ALICE])


def test_mails_of_a_missed_session_are_silent_once_it_was_decided_otherwise(missed_by, bob, maria, read):
    booking = missed_by(bob)
    settle_silent(now=SETTLED)
    contest_missed(booking=booking, by=bob, words="I was there", now=END)
    decide_attendance(booking=booking, decision=AttendanceKind.HELD, by=maria, reason="", now=END)

    mails = read(END + MINUTE)

    sent = Notification.objects.filter(state="sent", sent_at=END + MINUTE)
    assert set(sent.values_list("kind", flat=True)) == {"attendance_decided"}
    assert set(mails) == {ALICE, BOB}
