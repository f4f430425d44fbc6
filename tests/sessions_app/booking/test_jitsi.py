"""The call on a Jitsi of our own: the token that lets one person in, who gets one, and when."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import time_machine
from django.core.checks import run_checks

from notifications.tasks import drain_outbox
from sessions_app.attendance.acts import join_call, run_late, settle_missed
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.checks import CONFIGURATION
from sessions_app.booking.more_time import agree_more_time, ask_more_time
from sessions_app.models import Booking
from tests.conftest import at
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.attendance import DAY, END, after
from tests.smtp import html_of, smtp_sink  # noqa: F401 - a fixture
from tests.smtp import text_of as mail_text

pytestmark = pytest.mark.django_db
SECRET = "a secret that only we and our Jitsi know"
APP = "quarterhour"
OPENS, CLOSES = after(-10), after(25 + 15)
SECOND = timedelta(seconds=1)


@pytest.fixture
def jitsi(settings):
    """As the environment of an installation would set it."""
    settings.JITSI_DOMAIN = settings.JITSI_SUBJECT = "meet.example.org"
    settings.JITSI_APP_ID = settings.JITSI_ISSUER = settings.JITSI_AUDIENCE = APP
    settings.JITSI_APP_SECRET = SECRET
    return settings


@pytest.fixture
def ask(booking, client_for):
    """ask(person, now, "join/") looks at a page below the session's own; with press=True presses the button there."""

    def send(person, now, page="", *, press=False, of=booking):
        address = f"/sessions/{of.uuid}/{page}"
        with time_machine.travel(now, tick=False):
            client = client_for(person)
            return client.post(address) if press else client.get(address)

    return send


@pytest.fixture
def enter(ask):
    """enter(person, now): press Join, follow, and see where the browser is sent."""

    def send(person, now, **which) -> str:
        ask(person, now, "join/", press=True, **which)
        return ask(person, now, "join/room/", **which)["Location"]

    return send


def token_in(address: str) -> str:
    [token] = parse_qs(urlsplit(address).query)["jwt"]
    return token


def read(token: str, now, *, secret: str = SECRET) -> dict:
    """As prosody does: signature, issuer, audience and both times, with the clock at `now`."""
    with time_machine.travel(now, tick=False):
        return jwt.decode(token, secret, algorithms=["HS256"], issuer=APP, audience=APP)


# What it says


def test_token_lets_one_person_into_one_room_while_the_call_is_open(jitsi, enter, booking, alice, bob):
    Booking.objects.filter(pk=booking.pk).update(room="Xk3-Qz_9vT2mW5bR8nYc4LpA")
    room = "quarterhour-xk3-qz_9vt2mw5br8nyc4lpa"
    addresses = {person: enter(person, THURSDAY) for person in (alice, bob)}
    claims = {person: read(token_in(address), THURSDAY) for person, address in addresses.items()}

    assert {address.split("?")[0] for address in addresses.values()} == {f"https://meet.example.org/{room}"}
    assert claims[bob] == {
        "iss": APP,
        "aud": APP,
        "sub": "meet.example.org",
        "room": room,
        "nbf": OPENS.timestamp(),
        "exp": CLOSES.timestamp(),
        "context": {"user": {"name": "Bob Bose", "affiliation": "member", "moderator": "false"}},
        "moderator": False,
    }
    assert claims[alice]["room"] == room
    assert claims[alice]["context"] == {"user": {"name": "Alice Adair", "affiliation": "owner", "moderator": "true"}}
    assert claims[alice]["moderator"] is True


def test_token_of_another_secret_is_none(jitsi, enter, bob):
    token = token_in(enter(bob, THURSDAY))

    with pytest.raises(jwt.InvalidSignatureError):
        read(token, THURSDAY, secret=SECRET.replace("our", "no "))


def test_token_is_good_in_the_window_only(jitsi, enter, bob):
    token = token_in(enter(bob, OPENS))

    assert read(token, OPENS)["nbf"] == OPENS.timestamp()
    assert read(token, CLOSES - SECOND)["exp"] == CLOSES.timestamp()
    with pytest.raises(jwt.ImmatureSignatureError):
        read(token, OPENS - SECOND)
    with pytest.raises(jwt.ExpiredSignatureError):
        read(token, CLOSES)


def test_header_says_what_prosody_looks_for(jitsi, enter, bob):
    assert jwt.get_unverified_header(token_in(enter(bob, THURSDAY))) == {"alg": "HS256", "typ": "JWT"}


def test_who_gives_no_name_shows_none_and_never_an_address(jitsi, enter, bob):
    bob.name = ""
    bob.save()

    assert read(token_in(enter(bob, THURSDAY)), THURSDAY)["context"]["user"]["name"] == "Former member"


def test_longest_name_of_the_widest_letters_still_fits_an_address(jitsi, enter, bob):
    bob.name = "𐐀" * 80
    bob.full_clean()
    bob.save()

    assert read(token_in(enter(bob, THURSDAY)), THURSDAY)["context"]["user"]["name"] == bob.name


def test_room_is_plain_whatever_the_house_is_called(jitsi, enter, bob):
    jitsi.SITE_NAME = "Viertel Stünde & Söhne"
    room = urlsplit(enter(bob, THURSDAY)).path.removeprefix("/")

    assert room.startswith("viertel-stunde-sohne-")
    assert room == room.lower()
    assert set(room) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")


def test_no_two_sessions_share_a_room(jitsi, enter, offer, booking, bob, charlie):
    other = book(offer, charlie, THURSDAY + timedelta(hours=1))
    first, second = enter(bob, THURSDAY), enter(charlie, other.start, of=other)

    assert read(token_in(first), THURSDAY)["room"] != read(token_in(second), other.start)["room"]


# Who gets one, and when


@pytest.mark.parametrize(
    ("now", "open_"), [(OPENS - SECOND, False), (OPENS, True), (CLOSES - SECOND, True), (CLOSES, False)]
)
def test_token_is_given_in_the_window_only(jitsi, ask, booking, bob, now, open_):
    pressed = ask(bob, now, "join/", press=True)
    led = ask(bob, now, "join/room/")

    assert ("jwt=" in led["Location"]) == open_
    assert (pressed["Location"] == f"/sessions/{booking.uuid}/join/") == open_
    assert (led["Location"] == f"/sessions/{booking.uuid}/") == (not open_)


def test_who_has_not_pressed_gets_none(jitsi, ask, booking, alice, bob):
    join_call(booking=booking, by=alice, now=THURSDAY)

    assert ask(bob, THURSDAY, "join/room/")["Location"] == f"/sessions/{booking.uuid}/"


def test_for_others_there_is_no_such_call(jitsi, ask, enter, bob, charlie, maria):
    enter(bob, THURSDAY)

    for person in (charlie, maria):
        assert ask(person, THURSDAY, "join/room/").status_code == 404
        assert ask(person, THURSDAY, "join/", press=True).status_code == 404


def test_for_who_is_signed_out_there_is_the_sign_in(jitsi, booking, client):
    with time_machine.travel(THURSDAY, tick=False):
        assert client.get(f"/sessions/{booking.uuid}/join/room/")["Location"].startswith("/sign-in/")


def test_cancelled_session_gives_none(jitsi, ask, enter, booking, alice, bob):
    assert "jwt=" in enter(bob, after(-5))
    cancel_booking(booking=booking, by=alice, reason="I am ill", now=after(-4))

    assert enter(bob, after(-3)) == enter(alice, after(-3)) == f"/sessions/{booking.uuid}/"


def test_moved_session_gives_none_until_its_new_time_and_a_new_press(jitsi, ask, enter, booking, alice, bob):
    enter(bob, after(-5))
    moved = move_booking(booking=booking, start=THURSDAY + DAY, by=alice, now=after(-4))

    assert enter(bob, after(-3)) == f"/sessions/{booking.uuid}/"
    assert ask(bob, moved.start, "join/room/")["Location"] == f"/sessions/{booking.uuid}/"
    claims = read(token_in(enter(bob, moved.start)), moved.start)
    assert (claims["nbf"], claims["exp"]) == ((OPENS + DAY).timestamp(), (CLOSES + DAY).timestamp())


def test_missed_session_gives_none(jitsi, ask, enter, booking, bob):
    enter(bob, after(15))
    settle_missed(booking, missing=bob.pk, by=None, now=after(16))

    assert enter(bob, after(17)) == f"/sessions/{booking.uuid}/"


def test_more_time_moves_the_end_of_a_token_made_after_it(jitsi, enter, booking, alice, bob):
    before = token_in(enter(bob, after(21)))
    ask_more_time(booking=booking, by=alice, now=after(22))
    agree_more_time(booking=booking, end=END, by=bob, now=after(23))
    later = token_in(enter(bob, after(44)))

    assert read(before, after(39))["exp"] == CLOSES.timestamp()
    assert read(later, after(44))["exp"] == after(25 + 5 + 15).timestamp()


def test_running_late_moves_nothing(jitsi, enter, booking, alice, bob):
    run_late(booking=booking, by=alice, now=after(-5))

    assert read(token_in(enter(alice, THURSDAY)), THURSDAY)["exp"] == CLOSES.timestamp()


# Where it stands, and where it does not


def test_token_stands_in_the_header_of_one_answer_and_nowhere_else(jitsi, ask, enter, bob):
    pages = [ask(bob, THURSDAY).content.decode()]
    address = enter(bob, THURSDAY)
    led = ask(bob, THURSDAY, "join/room/")
    shown = ask(bob, THURSDAY, "join/")
    pages += [ask(bob, THURSDAY).content.decode(), shown.content.decode(), led.content.decode(), str(shown.headers)]

    assert [page for page in pages if "jwt" in page or token_in(address) in page] == []
    assert "meet.example.org" in shown.content.decode()
    assert (led.status_code, led["Location"], led["Cache-Control"], led["Referrer-Policy"]) == (
        302,
        address,
        "private, no-store",
        "no-referrer",
    )


def test_room_and_token_are_in_no_mail(jitsi, enter, booking, alice, bob, smtp_sink):  # noqa: F811
    for now in (at("2026-11-24 13:47"), after(-60), after(-9)):
        drain_outbox(now)
    for person in (alice, bob):
        enter(person, THURSDAY)
    drain_outbox(END + DAY)
    written = [html_of(mail) + mail_text(mail) + mail.as_string() for mail in smtp_sink.mails]

    assert len(written) >= 4
    assert [words for words in written if "meet.example.org" in words or "jwt=" in words] == []


def test_row_holds_no_token(jitsi, enter, booking, bob):
    token = token_in(enter(bob, THURSDAY))
    [row] = Booking.objects.filter(pk=booking.pk).values()

    assert token not in str(row)
    assert token not in str(list(booking.attendance.values()))


def test_mentors_own_room_needs_no_token(jitsi, enter, booking, alice, bob):
    schedule = alice.mentor_profile.schedule
    schedule.meeting_url = "https://zoom.us/j/1234567890"
    schedule.save()

    assert enter(bob, THURSDAY) == "https://zoom.us/j/1234567890"


# The configuration


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"DOMAIN": "meet.example.org", "APP_ID": APP, "APP_SECRET": SECRET}, [], id="all"),
        pytest.param({"DOMAIN": "meet.example.org:8443", "APP_ID": APP, "APP_SECRET": SECRET}, [], id="port"),
        pytest.param({"DOMAIN": "meet.example.org"}, ["JITSI_APP_ID and JITSI_APP_SECRET not set."], id="domain"),
        pytest.param({"APP_ID": APP, "APP_SECRET": SECRET}, ["JITSI_DOMAIN not set."], id="no domain"),
        pytest.param({"DOMAIN": "meet.example.org", "APP_SECRET": SECRET}, ["JITSI_APP_ID not set."], id="no id"),
        pytest.param(
            {"AUDIENCE": "jitsi"}, ["JITSI_DOMAIN and JITSI_APP_ID and JITSI_APP_SECRET not set."], id="audience"
        ),
        pytest.param(
            {"DOMAIN": "https://meet.example.org/", "APP_ID": APP, "APP_SECRET": SECRET},
            ["JITSI_DOMAIN must be a host's name alone,"],
            id="address",
        ),
        pytest.param(
            {"DOMAIN": "meet.example.org:", "APP_ID": APP, "APP_SECRET": SECRET},
            ["JITSI_DOMAIN must be a host's name alone,"],
            id="colon",
        ),
        pytest.param(
            {"DOMAIN": "meet.example.org", "APP_ID": APP, "APP_SECRET": "x" * 31},
            ["JITSI_APP_SECRET must have 32 bytes or more:"],
            id="31 bytes",
        ),
        pytest.param({"DOMAIN": "meet.example.org", "APP_ID": APP, "APP_SECRET": "x" * 32}, [], id="32 bytes"),
    ],
)
def test_half_a_configuration_is_refused(settings, given, problems):
    for name, value in given.items():
        setattr(settings, f"JITSI_{name}", value)
    found = [error.msg for error in run_checks(tags=[CONFIGURATION])]

    assert len(found) == len(problems)
    assert all(message.startswith(start) for message, start in zip(found, problems, strict=True))
