"""A wish, and a "no thanks" even more, is its author's: what anyone else can read is the same, byte for byte, with it
and without it."""

import re

import pytest
from django.test import Client

from events.models import EventTable, Pairing, Plan, PlanState, Registration
from events.pages.timetable_page import timetable_rows
from events.planning.publishing import publish_plan
from events.planning.wishes import set_wishes
from events.registering.acts import cancel_registration
from notifications.models import InboxItem, Notification
from notifications.tasks import drain_outbox
from tests.conftest import NOW
from tests.signing_in import sign_in
from tests.smtp import smtp_sink, text_of  # noqa: F401 - smtp_sink is a fixture

from .making import make_meeting_event, one

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
OF_THE_TEAM = ("", "people/", "plan/", "print/", "desk/")
OF_A_GUEST = ("", "wishes/", "timetable/", "now/")
# What differs from one answer to the next: the form's token and the script's nonce.
PASSING = re.compile(rb'("csrfmiddlewaretoken" value|nonce|csrf-token" content|hx-headers)=("[^"]*"|\'[^\']*\')')
# Whose wishes, and what they say of whom.
WISHES = {"Guest 1": {"Ann": "must", "Ben": "no"}, "Ann": {"Guest 1": "like", "Guest 2": "no"}}
READERS = ("Guest 2", "Ben")


@pytest.fixture
def event(remembered, maria, settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"
    return remembered(make_meeting_event, maria, mentees=3, mentors=("Ann", "Ben"))


def wish(event, author: str) -> None:
    kinds = {one(event, name).pk: kind for name, kind in WISHES[author].items()}
    for about, kind in kinds.items():
        event.wishes.create(by=one(event, author), about_id=about, kind=kind)


def published(event) -> Plan:
    """A timetable that no wish has had a part in: Guest 1 meets Ann, then Ben; Guest 2 the other way round."""
    for number in (1, 2):
        EventTable.objects.create(event=event, number=number, name=f"Table {number}")
    first, second, ann, ben = (one(event, name).pk for name in ("Guest 1", "Guest 2", "Ann", "Ben"))
    rows = [[first, ann, 1, 1], [second, ben, 1, 2], [first, ben, 2, 1], [second, ann, 2, 2]]
    proof = {"musts_asked": 0, "mentees": [3, 0, 2], "mentors": [2, 2, 2], "is_proven": False, "why_not": "by_hand"}
    fields = {"state": PlanState.PROPOSED, "by": event.by, "asked_at": NOW, "number": 1, "proof": proof}
    return publish_plan(plan=Plan.objects.create(event=event, meetings=rows, **fields), now=NOW)


def read_all(event, *readers: str) -> dict[str, bytes]:
    """What these people, a visitor and the organiser read, by reader and address."""
    people = {name: (one(event, name).person, OF_A_GUEST) for name in readers}
    people |= {"organiser": (event.by, OF_THE_TEAM), "visitor": (None, ("", "calendar.ics"))}
    found = {}
    for name, (person, pages) in people.items():
        client = Client()
        if person:
            sign_in(client, person)
        for page in pages:
            answer = client.get(f"/events/{event.slug}/{page}")
            found[f"{name} {page}"] = PASSING.sub(b"", answer.content) + str(answer.status_code).encode()
    return found


def saying(found: dict[str, bytes], word: bytes) -> list[str]:
    return [address for address, content in found.items() if word in content]


@pytest.mark.parametrize("author", WISHES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_nobody_else_reads_of_a_wish(event, author, when):
    if when == "after":
        published(event)
    readers = [*READERS, *({"Guest 1", "Ann"} - {author})]
    before = read_all(event, *readers)
    wish(event, author)

    after = read_all(event, *readers)
    assert [address for address in after if before[address] != after[address]] == []


def test_printed_cards_say_nothing_of_wishes(event, topic):
    for name in ("Guest 1", "Ann"):
        one(event, name).topics.set([topic])
    published(event)
    before = read_all(event)["organiser print/"]
    for author in WISHES:
        wish(event, author)
    event.wishes.filter(kind="no").delete()
    Plan.objects.update(state=PlanState.REPLACED)
    publish_plan(plan=Plan.objects.get(), now=NOW)

    assert "both_asked" in Pairing.objects.get(one=one(event, "Guest 1"), other=one(event, "Ann")).why
    assert read_all(event)["organiser print/"] == before


def test_a_mail_about_the_timetable_says_nothing_of_wishes(event, smtp_sink):  # noqa: F811
    drain_outbox(NOW)
    before = [set(model.objects.values_list("kind", "recipient")) for model in (Notification, InboxItem)]
    ann = one(event, "Ann")
    set_wishes(registration=one(event, "Guest 1"), wishes={ann.pk: "must"}, now=NOW)
    assert [set(model.objects.values_list("kind", "recipient")) for model in (Notification, InboxItem)] == before
    published(event)
    smtp_sink.mails.clear()
    drain_outbox(NOW)

    mails = {mail["To"].addresses[0].addr_spec: text_of(mail) for mail in smtp_sink.mails}
    words = mails[ann.person.email]
    assert ("asked" in words, "must" in words) == (False, False)
    assert "Guest 1" in words


def test_why_two_meet_tells_a_mentor_of_no_wish_but_a_mutual_one(event):
    guest, ann = one(event, "Guest 1"), one(event, "Ann")
    event.wishes.create(by=guest, about=ann, kind="must")
    published(event)

    reasons = {row.partner.board_name: [str(why) for why in row.why] for row in timetable_rows(ann) if row.partner}
    assert Pairing.objects.get(one=guest, other=ann).why[0] == "you_asked"
    assert reasons["Guest 1"] == reasons["Guest 2"]
    event.wishes.create(by=ann, about=guest, kind="like")
    Plan.objects.update(state=PlanState.REPLACED)
    publish_plan(plan=Plan.objects.get(), now=NOW)
    assert "both_asked" in Pairing.objects.get(one=guest, other=ann).why


def test_an_organiser_sees_how_many_wishes_a_change_costs_and_not_whose(event, maria, client_for):
    plan, guest, ann = published(event), one(event, "Guest 1"), one(event, "Ann")
    event.wishes.create(by=guest, about=ann, kind="must")
    page = f"/events/{event.slug}/plan/{plan.number}/{guest.pk}-{ann.pk}/"

    effect = client_for(maria).post(page, {"change": "free"}).context["effect"]

    assert (effect.lost, effect.won) == (1, 0)


def test_a_refusal_reads_the_same_for_every_private_reason(event):
    plan, guest, ann = published(event), one(event, "Guest 3"), one(event, "Ann")
    client, pages = Client(), set()
    sign_in(client, event.by)
    for reason in (
        lambda: Pairing.objects.create(event=event, one=guest, other=ann, is_apart=True),
        lambda: event.wishes.create(by=guest, about=ann, kind="no"),
        lambda: event.wishes.create(by=ann, about=guest, kind="no"),
    ):
        row = reason()
        page = f"/events/{event.slug}/plan/{plan.number}/{guest.pk}-{ann.pk}/"
        answer = client.post(page, {"change": "add", "round": "3"})
        row.delete()
        assert (answer.status_code, answer.context["error"].code) == (409, "apart")
        pages.add(PASSING.sub(b"", answer.content))
    assert len(pages) == 1


# Other things that are not everyone's


def test_what_was_told_in_confidence_is_read_by_whom_it_was_told(event):
    Registration.objects.filter(person__name="Guest 1").update(
        access_needs="A canary’s perch", question="Is this the yellowhammer?"
    )
    Registration.objects.filter(person__name="Ann").update(is_named=False, board_name="Goldfinch")

    found = read_all(event, *READERS)

    assert saying(found, b"canary") == ["organiser people/"]
    assert saying(found, b"yellowhammer") == ["Ben wishes/", "organiser people/"]
    assert saying(found, b"Goldfinch") == ["organiser people/"]
    assert saying(found, b">Ann<") == []
    published(event)
    found = read_all(event, "Guest 2", "Guest 3", "Ben")
    assert saying(found, b"yellowhammer") == ["Ben timetable/", "Ben now/", "organiser people/", "organiser print/"]
    assert saying(found, b"Goldfinch") == [
        *("Guest 2 timetable/", "Guest 2 now/"),
        *(f"organiser {page}" for page in OF_THE_TEAM if page),
    ]


def test_who_has_left_finds_no_page_about_others(event):
    published(event)
    guest = one(event, "Guest 1")
    cancel_registration(registration=guest, by=guest.person, now=NOW)

    found = read_all(event, "Guest 1")

    assert saying(found, b"Guest 2") == [f"organiser {page}" for page in OF_THE_TEAM if page]
    assert saying(found, b"Ben") == ["Guest 1 ", "organiser ", *saying(found, b"Guest 2"), "visitor "]
