"""Reports: from six kinds of pages, once per person, what happens at once, and what is kept as evidence."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import User
from notifications.models import Notification
from sessions_app.conversation.files import add_file
from sessions_app.conversation.uploads import read_upload
from sessions_app.models import Booking, Feedback, Message, SharedFile
from tests.conftest import NOW, at, make_person
from tests.events.making import make_event
from tests.markup import elements_of, links_in, markup_of, problems_in
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.messages import write
from tests.sessions_app.helpers.races import race
from tests.trust.cases import TEXT, decide, make_team, object_to, report_message, report_profile, take_and_read
from trust.appeals import decide_appeal
from trust.cases import open_evidence
from trust.errors import TrustError
from trust.models import (
    AppealOutcome,
    Case,
    CaseState,
    Exhibit,
    Opening,
    Report,
    ReportKind,
    Separation,
    SeparationKind,
)
from trust.reports import MOST_A_DAY, add_to_report, make_report
from trust.separations import are_apart
from trust.subjects import find_reportable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAFETY, PRIVACY, SELLING = ReportKind.SAFETY, ReportKind.PRIVACY, ReportKind.SELLING


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def share(booking: Booking, by) -> SharedFile:
    upload = read_upload(SimpleUploadedFile("cv.pdf", PDF, content_type="application/pdf"))
    return add_file(engagement=booking.engagement, upload=upload, by=by, now=NOW)


def publish_words(over: Booking) -> Feedback:
    return Feedback.objects.create(
        booking=over,
        author=over.mentee,
        role="mentee",
        resolution="yes",
        left_with="Buy my course",
        may_publish=True,
        published_at=over.end,
        created_at=over.end,
    )


@pytest.fixture
def pages(booking, alice, bob, maria):
    """The address of each report, and the page that leads to it, as Bob or, for words, Charlie reads them."""
    message = write(booking, alice, "Send me your savings")
    file = share(booking, alice)
    event = make_event(maria)
    thread = f"/messages/{booking.engagement.uuid}/"
    return {
        "profile": (alice.mentor_profile.slug, f"/mentors/{alice.mentor_profile.slug}/", alice),
        "message": (str(message.uuid), thread, alice),
        "file": (str(file.uuid), thread, alice),
        "session": (str(booking.uuid), f"/sessions/{booking.uuid}/", alice),
        "event": (event.slug, f"/events/{event.slug}/", None),
    }


@pytest.mark.parametrize("kind", ["profile", "message", "file", "session", "event"])
def test_each_page_leads_to_its_report_which_opens_a_case(kind, pages, client_for, bob):
    key, page, about = pages[kind]
    client, address = client_for(bob), f"/report/{kind}/{key}/"

    leads = links_in(markup_of(client.get(page)))
    asked = client.post(address, {"words": "He wants money"})
    sent = client.post(address, {"kind": "selling", "words": "He wants money"})

    assert address in leads
    assert (asked.status_code, problems_in(markup_of(asked))) == (422, ["id_kind_0"])
    assert "He wants money</textarea>" in asked.content.decode()
    report = Report.objects.get()
    assert sent.headers["Location"] == f"/reports/{report.uuid}/"
    assert (report.subject_type, report.about, report.by, report.kind, report.words) == (
        kind,
        about,
        bob,
        "selling",
        "He wants money",
    )
    assert (report.case.about, report.case.state, report.case.kind) == (about, "open", "selling")
    exhibit = Exhibit.objects.get(case=report.case)
    assert all(exhibit.snapshot.values()) or kind == "event"
    assert client.get(sent.headers["Location"]).status_code == 200


def test_words_on_a_page_are_reported_without_naming_their_author(over, alice, bob, charlie, client_for):
    words = publish_words(over)
    client = client_for(charlie)
    page, address = f"/mentors/{alice.mentor_profile.slug}/", f"/report/words/{words.pk}/"

    with time_machine.travel(over.end + 8 * DAY, tick=False):
        leads = links_in(markup_of(client.get(page)))
    shown = client.get(address).content.decode()
    client.post(address, {"kind": "selling"})

    assert address in leads
    assert "Bob" not in shown
    assert (Report.objects.get().about, Exhibit.objects.get().snapshot["words"]) == (bob, "Buy my course")
    Feedback.objects.update(published_at=None)
    assert client.get(address).status_code == 404


def test_nobody_reports_their_own_or_what_they_cannot_see(pages, client_for, alice, charlie):
    answers = {
        (kind, reader.first_name): client_for(reader).get(f"/report/{kind}/{key}/").status_code
        for kind, (key, _page, _about) in pages.items()
        for reader in (alice, charlie)
    }

    assert answers == {
        ("profile", "Alice"): 404,
        ("profile", "Charlie"): 200,
        ("message", "Alice"): 404,
        ("message", "Charlie"): 404,
        ("file", "Alice"): 404,
        ("file", "Charlie"): 404,
        ("session", "Alice"): 200,
        ("session", "Charlie"): 404,
        ("event", "Alice"): 200,
        ("event", "Charlie"): 200,
    }


@pytest.mark.parametrize("address", ["/report/king/1/", "/report/words/%00/", "/report/message/x/", "/report/words/9/"])
def test_made_up_subjects_are_not_there(address, client_for, bob):
    client = client_for(bob)

    assert [client.get(address).status_code, client.post(address, {"kind": "safety"}).status_code] == [404, 404]
    assert not Report.objects.exists()


def test_safety_parts_the_two_at_once_and_says_so(booking, alice, bob, client_for):
    client = client_for(bob)

    sent = client.post(f"/report/session/{booking.uuid}/", {"kind": "safety"}, follow=True)

    booking.refresh_from_db()
    assert are_apart(alice.pk, bob.pk, now=NOW)
    assert (Separation.objects.get().kind, booking.state) == (SeparationKind.SAFETY, "cancelled")
    page = markup_of(sent)
    assert elements_of(page, "p", data_part="apart")
    assert elements_of(page, "p", data_part="waits")
    assert "https://findahelpline.com/" in links_in(page)


@pytest.mark.parametrize("kind", [kind for kind in ReportKind if kind != SAFETY])
def test_other_reports_part_nobody(kind, booking, alice, bob):
    report_profile(alice, bob, kind=kind)

    assert not are_apart(alice.pk, bob.pk, now=NOW)


def test_who_did_not_come_is_said_on_the_sessions_own_page(over, bob, client_for):
    client = client_for(bob)

    sent = client.post(f"/report/session/{over.uuid}/", {"kind": "absent"})

    assert sent.headers["Location"] == f"/sessions/{over.uuid}/"
    assert not Report.objects.exists()
    assert client.post("/report/profile/alice-adair/", {"kind": "absent"}).status_code == 422


def test_one_person_reports_a_thing_once_and_adds_to_it(alice, bob, client_for):
    first = report_profile(alice, bob)
    again = report_profile(alice, bob, kind=SAFETY, words="Now she threatens me", now=NOW + HOUR)

    assert first.pk == again.pk
    first.refresh_from_db()
    assert (first.kind, first.words) == ("selling", "Money")
    assert list(first.additions.values_list("kind", "words")) == [("safety", "Now she threatens me")]
    assert are_apart(alice.pk, bob.pk, now=NOW + HOUR)
    case = Case.objects.get()
    assert (case.kind, case.due_at) == ("safety", NOW + HOUR + DAY)
    client = client_for(bob)
    client.post(f"/reports/{first.uuid}/", {"kind": "other", "words": "And more"})
    assert first.additions.count() == 2


def test_a_report_belongs_to_who_wrote_it(alice, bob, charlie, client_for):
    report = report_profile(alice, bob)

    assert [client_for(one).get(f"/reports/{report.uuid}/").status_code for one in (alice, charlie)] == [404, 404]
    with pytest.raises(TrustError) as refused:
        add_to_report(report=report, kind=SAFETY, words="", by=charlie, now=NOW)
    assert refused.value.code == "not_yours"


def test_reports_about_one_person_join_while_the_case_is_open(booking, alice, bob, charlie, maria):
    make_team()
    report_message(booking, bob)
    case = Case.objects.get()
    version = case.version
    report_profile(alice, charlie, kind=PRIVACY)
    case.refresh_from_db()
    assert (case.reports.count(), case.kind, case.version > version) == (2, "privacy", True)

    decide(case, maria)
    report_profile(alice, make_person("new@example.org", "Nina New"), now=NOW + DAY)

    assert Case.objects.filter(about=alice).count() == 2
    assert Case.objects.undecided().get().reports.count() == 1


def test_adding_after_the_decision_opens_a_new_case_with_the_report_in_it(alice, bob, maria):
    report = report_profile(alice, bob)
    decided = decide(report.case, maria)

    add_to_report(report=report, kind=SELLING, words="Again", by=bob, now=NOW + DAY)

    report.refresh_from_db()
    assert (report.case != decided, report.case.state) == (True, CaseState.OPEN)


def test_ten_reports_a_day_and_safety_still_parts(alice, bob, client_for):
    people = [make_person(f"m{number}@example.org", f"Mentor {number}") for number in range(MOST_A_DAY)]
    case = {"kind": "other", "opened_at": NOW, "due_at": NOW}
    for number, person in enumerate(people):
        Report.objects.create(
            subject_type="profile",
            subject_id=10**6 + number,
            about=person,
            by=bob,
            kind="other",
            case=Case.objects.create(about=person, **case),
            at=NOW,
        )
    client, address = client_for(bob), f"/report/profile/{alice.mentor_profile.slug}/"

    refused = client.post(address, {"kind": "selling", "words": "She sells"})
    assert (refused.status_code, are_apart(alice.pk, bob.pk, now=NOW)) == (409, False)
    assert "She sells</textarea>" in refused.content.decode()
    assert client.post(address, {"kind": "safety"}).status_code == 409
    assert are_apart(alice.pk, bob.pk, now=NOW)
    assert report_profile(alice, bob, now=NOW + DAY + HOUR).case.about == alice


@pytest.fixture
def private_things(booking, alice, bob):
    """A message and a file of Alice's that Bob reported because they show something private."""
    make_team()
    things = {"message": write(booking, alice, "Bob’s number is 12345"), "file": share(booking, alice)}
    for kind, thing in things.items():
        found = find_reportable(kind, str(thing.uuid), bob)
        make_report(found=found, kind=PRIVACY, words="", by=bob, now=NOW)
    return list(things.values())


def hidden(things) -> list[bool]:
    for thing in things:
        thing.refresh_from_db()
    return [thing.is_hidden for thing in things]


def test_privacy_hides_the_message_and_the_file_until_it_is_decided(
    booking, private_things, alice, bob, maria, client_for
):
    _message, file = private_things

    def seen_by(person) -> tuple[bool, int]:
        client = client_for(person)
        thread = client.get(f"/messages/{booking.engagement.uuid}/").content.decode()
        return "12345" in thread, client.get(f"/files/{file.uuid}/").status_code

    assert [seen_by(one) for one in (alice, bob)] == [(False, 404), (False, 404)]
    assert [client_for(one).get(f"/sessions/{booking.uuid}/").context["files"] for one in (alice, bob)] == [[], []]
    decide(Case.objects.get(), maria)
    assert hidden(private_things) == [False, False]


@pytest.mark.parametrize("outcome", ["limit", "break", "suspension", "removal"])
def test_what_is_private_stays_hidden_after_a_grave_outcome(outcome, private_things, maria):
    decide(Case.objects.get(), maria, outcome)
    assert hidden(private_things) == [True, True]


def test_an_upheld_appeal_shows_it_again(private_things, maria):
    case = decide(Case.objects.get(), maria, "limit")
    appeal, other = object_to(case), User.objects.get(email="team0@example.org")
    open_evidence(case=case, reason="Appeal", by=other, now=NOW)
    decide_appeal(appeal=appeal, outcome=AppealOutcome.UPHELD, answer="You are right", by=other, now=NOW)
    assert hidden(private_things) == [False, False]


@pytest.mark.parametrize(("outcome", "stays"), [("limit", True), ("note", False)])
def test_a_later_case_about_the_same_thing_does_not_show_it(outcome, stays, private_things, bob, maria):
    """Bob adds another reason after the first decision, which takes his report to a case of its own."""
    decide(Case.objects.get(), maria, outcome)
    report = Report.objects.get(subject_type="message")
    add_to_report(report=report, kind=SELLING, words="It sells, too", by=bob, now=NOW + DAY)
    decide(Case.objects.undecided().get(), maria, "nothing", now=NOW + DAY)
    assert hidden(private_things) == [stays, stays]


def test_evidence_stays_when_the_thing_changes(booking, alice, bob):
    file = share(booking, alice)
    make_report(found=find_reportable("file", str(file.uuid), bob), kind=SELLING, words="", by=bob, now=NOW)
    report = report_message(booking, bob)
    SharedFile.objects.all().delete()
    Message.objects.update(body="", erased_at=NOW)

    kept = {exhibit.subject_type: exhibit for exhibit in report.case.exhibits.all()}
    assert kept["message"].snapshot["message"] == "Send me your savings"
    with default_storage.open(kept["file"].file) as stored:
        assert stored.read() == PDF
    assert len({exhibit.sha256 for exhibit in kept.values()}) == 2


def test_what_did_not_change_is_kept_once(alice, bob, charlie):
    report_profile(alice, bob)
    report_profile(alice, charlie)
    assert Exhibit.objects.count() == 1

    type(alice.mentor_profile).objects.update(headline="Now I sell courses")
    report_profile(alice, bob, words="Look now")
    assert Exhibit.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda: Exhibit.objects.update(snapshot={"message": "Nice"}),
        lambda: Exhibit.objects.all().delete(),
        lambda: Opening.objects.update(reason="Another"),
        lambda: Opening.objects.all().delete(),
    ],
)
def test_evidence_and_who_read_it_only_grow(change, alice, bob, maria):
    take_and_read(report_profile(alice, bob).case, maria)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (lambda report: {}, "one_report_per_person_and_subject"),
        (lambda report: {"by": report.about, "subject_id": 5}, "nobody_reports_themselves"),
        (lambda report: {"words": "x" * 1001, "subject_id": 5}, "report_has_a_thousand_letters"),
    ],
)
def test_database_refuses_reports(row, constraint, alice, bob):
    report = report_profile(alice, bob)
    fields = {"subject_type": "profile", "subject_id": report.subject_id, "about": alice, "by": bob, "kind": "other"}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Report.objects.create(**{**fields, "case": report.case, "at": NOW, **row(report)})


def test_words_that_cannot_be_kept_are_refused_beside_the_field(alice, bob, client_for):
    address = f"/report/profile/{alice.mentor_profile.slug}/"
    refused = client_for(bob).post(address, {"kind": "selling", "words": "x" * 1001})

    assert (refused.status_code, problems_in(markup_of(refused))) == (422, ["id_words"])
    assert not Report.objects.exists()


def test_reporter_hears_that_it_came_and_what_became_of_it(alice, bob, maria):
    report = report_profile(alice, bob)
    told = Notification.objects.filter(recipient=bob, subject_type="report")
    assert [row.kind for row in told] == ["report_received"]

    decide(report.case, maria)

    assert sorted(row.kind for row in told.all()) == ["report_outcome", "report_received"]
    assert TEXT not in str(list(told.values()))


@pytest.mark.django_db(transaction=True)
def test_two_who_report_one_person_at_once_open_one_case(alice, bob, charlie):
    reporters = [bob, charlie, *(make_person(f"r{n}@example.org", f"Reporter {n}") for n in range(4))]

    race([lambda one=one: report_profile(alice, one) for one in reporters])

    assert (Case.objects.count(), Report.objects.count()) == (1, 6)


@pytest.mark.django_db(transaction=True)
def test_two_who_report_one_event_at_once_open_one_case(maria, bob, charlie):
    event = make_event(maria)

    def report(by) -> None:
        make_report(found=find_reportable("event", event.slug, by), kind=SELLING, words="", by=by, now=NOW)

    race([lambda one=one: report(one) for one in (bob, charlie)])

    assert (Case.objects.get().topic, Report.objects.count()) == (f"event:{event.pk}", 2)


@pytest.mark.django_db(transaction=True)
def test_report_against_booking_leaves_no_session_of_the_two(offer, alice, bob):
    for number in range(6):
        person = make_person(f"b{number}@example.org", f"Booker {number}")
        start = THURSDAY.replace(hour=9 + number)
        race(
            [
                lambda one=person, start=start: book(offer, one, start),
                lambda one=person: report_profile(alice, one, kind=SAFETY),
            ]
        )
    assert Separation.objects.count() == 6
    assert not Booking.objects.filter(mentor=alice, state="confirmed", during__endswith__gt=at("2026-11-25")).exists()


def test_programs_report_by_the_same_rules(alice, bob, client_for):
    client = client_for(bob)

    def send(**changes):
        sent = {"type": "profile", "key": alice.mentor_profile.slug, "kind": "safety", "words": "Help"} | changes
        return client.post("/api/v1/reports/", sent, content_type="application/json")

    made = send()
    report = Report.objects.get()
    assert (made.status_code, made.json()["id"], made.json()["url"].endswith(f"/reports/{report.uuid}/")) == (
        201,
        str(report.uuid),
        True,
    )
    assert are_apart(alice.pk, bob.pk, now=NOW)
    odd = [send(key="nobody"), send(type="king"), send(kind="absent"), send(words="x" * 1001), send(more=1)]
    assert [answer.status_code for answer in odd] == [404, 400, 400, 400, 400]
