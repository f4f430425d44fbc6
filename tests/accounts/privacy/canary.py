"""A person who has used everything: each text column that the registry calls personal holds a string of theirs alone.

`fill` makes rows of every table, mostly by ORM, since a test fails while one column is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from itertools import count

from allauth.account.models import EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models

from about.models import ContactMessage
from accounts.models import (
    AccessToken,
    Consent,
    DataExport,
    ExportState,
    KeptAnswer,
    LetterAct,
    LetterRequest,
    Scope,
    Trace,
    TracedAct,
    User,
)
from accounts.privacy.registry import Table, registered_tables
from accounts.session_store import SessionStore
from calendars.models import Connection, ConnectionState, ExportedEvent, ExternalCalendar
from events.models import (
    Answer,
    Event,
    EventKind,
    EventState,
    Goal,
    Helper,
    HelperRole,
    MeToo,
    PairMessage,
    Presence,
    PresenceKind,
    Registration,
    RegistrationState,
    Side,
    Wish,
    WishKind,
)
from mentors.models import Decision, ProfileDecision, SavedMentor, ShareCard, Topic
from notifications.models import BouncedAddress, MailBreaker, Preference, WebhookDelivery, WebhookEndpoint
from programmes.models import Invitee, Membership, MembershipState, Programme, Roster, RosterState, Source
from search.indexing import write_profiles
from search.models import ExampleSource, NotedSearch, ProposedExample, TopicExample
from search.unmet import note_unmet
from sessions_app.booking.book import book_session
from sessions_app.booking.clock import complete_ended
from sessions_app.conversation.files import add_file
from sessions_app.conversation.messages import send_message
from sessions_app.conversation.uploads import read_upload
from sessions_app.models import (
    AttendanceAct,
    AttendanceKind,
    Booking,
    BookingEvent,
    BookingState,
    BusySpan,
    CalendarFeed,
    Certificate,
    Feedback,
    FollowUp,
    HeldTime,
    LedgerReview,
    Message,
    NextStep,
    QuoteDecision,
    RoomSeat,
    RoomSignal,
    Schedule,
    Takeaway,
    WaitlistEntry,
    WrittenQuestion,
)
from sessions_app.models.waiting import HeldTimeAnswer
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW
from tests.events.afterwards.evening import meet
from tests.events.making import make_event
from trust.models import Appeal, Case, Exhibit, Opening, Report, ReportAddition, Sanction

SHORTEST = 8
# A zone has to be one that there is; a language too.
ZONE, CALENDAR_ZONE = "Pacific/Pitcairn", "Pacific/Gambier"
UNABLE = {("accounts.User", "language"), ("usersessions.UserSession", "ip")}


@dataclass
class Canary:
    """`strings`: what must be gone when this person is. `prefix` is theirs alone."""

    person: User
    friend: User
    prefix: str
    strings: list[str] = field(default_factory=list)
    kept_answers: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(100))

    def new(self) -> str:
        word = f"{self.prefix}{next(self.numbers)}qz"
        self.strings.append(word)
        return word


def is_free_text(table: Table, name: str) -> bool:
    column = table.model._meta.get_field(name)
    inner = column.base_field if isinstance(column, ArrayField) else column
    if isinstance(inner, models.IntegerField):
        return False
    length = getattr(inner, "max_length", None)
    roomy = length is None or length >= SHORTEST
    return table.columns[name].is_personal and not inner.choices and roomy and (table.label, name) not in UNABLE


def unfilled(canary: Canary) -> set[tuple[str, str]]:
    """Personal text columns in which there is no string of this person yet."""
    missing = set()
    for table in registered_tables():
        rows = table.rows_of(canary.person) if table.has_people else table.model._base_manager.all()
        for name in table.columns:
            if is_free_text(table, name) and not any(holds(canary, row, name) for row in rows):
                missing.add((table.label, name))
    return missing


def holds(canary: Canary, row: models.Model, name: str) -> bool:
    text = str(getattr(row, name))
    return any(string in text for string in canary.strings)


def fill(person: User, friend: User, staff: User, topic: Topic, *, prefix: str) -> Canary:
    canary = Canary(person, friend, prefix)
    canary.strings += [person.email, person.name]
    booking = meet_as_mentee(canary, staff)
    ask_and_wait(canary, booking)
    write_about_sessions(canary, booking, staff)
    go_to_events(canary, staff)
    be_removed_from_programme(canary)
    keep_account_rows(canary, staff)
    be_searched_for(canary, topic, staff)
    fill_the_rest(canary)
    write_profiles([person.mentor_profile.pk])
    return canary


def meet_as_mentee(canary: Canary, staff: User) -> Booking:
    person, friend = canary.person, canary.friend
    offer = friend.mentor_profile.offers.timed().get()
    brief = BriefInput(question=canary.new())
    start = NOW.replace(hour=15, minute=0) + timedelta(days=1 if canary.prefix < "n" else 2)
    booking = book_session(offer=offer, start=start, brief=brief, mentee=person, now=NOW)
    said = {"engagement": booking.engagement, "by": person, "now": NOW}
    send_message(body=canary.new(), key="k", **said)
    upload = SimpleUploadedFile(f"{canary.new()}.txt", canary.new().encode(), content_type="text/plain")
    file = add_file(upload=read_upload(upload), **said)
    default_storage.delete(file.content.name)
    for name in ("content", "preview"):
        setattr(file, name, default_storage.save(f"files/{canary.new()}", ContentFile(canary.new().encode())))
    file.save()
    complete_ended(now=booking.end)
    booking.refresh_from_db()
    return booking


def ask_and_wait(canary: Canary, booking: Booking) -> None:
    person, friend = canary.person, canary.friend
    profile, offer = friend.mentor_profile, friend.mentor_profile.offers.first()
    written = {"mentor": friend, "mentee": person, "asked_at": NOW, "due_at": NOW + timedelta(days=2)}
    settled = {"state": "withdrawn", "settled_at": NOW, "settled_by": person, "reason": canary.new()}
    WrittenQuestion.objects.create(
        engagement=booking.engagement, offer=offer, mark=f"mark-{person.pk}", **written, **settled
    )
    entry = WaitlistEntry.objects.create(
        person=person,
        mentor=profile,
        words=canary.new(),
        filters=canary.new(),
        since=NOW,
        until=NOW + timedelta(days=9),
    )
    HeldTime.objects.create(
        waiting=entry, person=person, booking=booking, at=NOW, until=NOW, answer=HeldTimeAnswer.LAPSED
    )
    note_unmet(entry.words, day=NOW.date())


def write_about_sessions(canary: Canary, booking: Booking, staff: User) -> None:
    person, friend, new = canary.person, canary.friend, canary.new
    Booking.objects.filter(pk=booking.pk).update(ended_by=person)
    texts = {name: new() for name in ("left_with", "advice", "to_staff", "learned")}
    feedback = Feedback.objects.create(
        booking=booking,
        author=person,
        role="mentee",
        resolution="yes",
        may_publish=True,
        published_at=NOW,
        created_at=NOW,
        **texts,
    )
    QuoteDecision.objects.create(feedback=feedback, act="published", by=person, reason=new(), at=NOW)
    theirs = Message.objects.create(
        engagement=booking.engagement, author=friend, body="Well met.", key=f"f{person.pk}", sent_at=NOW
    )
    be_in_cases(canary, theirs, staff)
    FollowUp.objects.create(booking=booking, step="3-days", question="solved", answer="yes", answered_at=NOW)
    NextStep.objects.create(
        booking=booking, person=person, situation=new(), response=new(), due_on=NOW.date(), written_at=NOW
    )
    Takeaway.objects.create(booking=booking, author=person, text=new(), written_at=NOW)
    Certificate.objects.create(
        person=person,
        code=new(),
        name=new(),
        organisation=new(),
        first_day=NOW.date(),
        last_day=NOW.date(),
        sessions=1,
        minutes=25,
        issued_at=NOW,
    )
    calendar = Connection.objects.create(
        person=person,
        host=new(),
        secret=new(),
        fingerprint=new(),
        state=ConnectionState.FAILING,
        failure="broken",
        failures=1,
        failing_since=NOW,
        created_at=NOW,
        asked_at=NOW,
        next_at=NOW,
    )
    diary = ExternalCalendar.objects.create(
        connection=calendar, name=new(), remote_id=new(), cursor={"mark": new()}, guessed={new(): 1}, read_at=NOW
    )
    BusySpan.objects.create(person=person, calendar=diary.pk, during=booking.during, sealed_title=new())
    ExportedEvent.objects.create(booking=booking, person=person, calendar=diary, remote_id=new(), etag=new())
    CalendarFeed.objects.create(person=person, token_hash=new(), content_hash=new(), created_at=NOW, changed_at=NOW)
    AttendanceAct.objects.create(
        booking=booking, start=booking.start, person=person, kind=AttendanceKind.EXPLAINED, words=new(), at=booking.end
    )
    LedgerReview.objects.create(
        person=person, side="mentee", number=4, opened_at=NOW, closed_at=NOW, closed_by=staff, words=new()
    )
    seat = RoomSeat.objects.create(booking=booking, person=person, tab=new(), taken_at=NOW, heard_at=NOW)
    to = {"sender": seat.key, "receiver": seat.key}
    RoomSignal.objects.create(booking=booking, person=person, kind="offer", body=new(), at=NOW, **to)
    BookingEvent.objects.create(
        booking=booking,
        by=person,
        from_state=BookingState.CONFIRMED,
        to_state=BookingState.COMPLETED,
        during=booking.during,
        reason=new(),
        at=NOW,
    )


def be_in_cases(canary: Canary, theirs: Message, staff: User) -> None:
    """One about the person, who objects; one about the friend, that the person reported and read as staff."""
    person, friend, new = canary.person, canary.friend, canary.new
    facts = {"kind": "other", "state": "decided", "opened_at": NOW, "due_at": NOW, "decided_at": NOW, "taken_at": NOW}
    facts |= {"taken_by": staff, "decided_by": staff, "outcome": "note", "rule": "other", "closes_at": NOW}
    own = Case.objects.create(about=person, text=new(), **facts)
    other = Case.objects.create(about=friend, text="Nothing", **facts)
    file = default_storage.save(f"evidence/{new()}", ContentFile(new().encode()))
    thing = {"subject_type": "message", "subject_id": theirs.pk}
    Exhibit.objects.create(case=own, snapshot={"message": new()}, sha256="0" * 64, file=file, at=NOW, **thing)
    Opening.objects.create(case=own, by=staff, reason="Reported", at=NOW)
    Opening.objects.create(case=other, by=person, reason=new(), at=NOW)
    report = Report.objects.create(about=friend, by=person, kind="other", words=new(), case=other, at=NOW, **thing)
    ReportAddition.objects.create(report=report, kind="other", words=new(), at=NOW)
    until = NOW + timedelta(days=365)
    sanction = Sanction.objects.create(case=own, person=person, kind="note", begins=NOW, until=until, decided_by=staff)
    answered = {"decided_by": friend, "decided_at": NOW, "outcome": "rejected", "answer": new()}
    Appeal.objects.create(sanction=sanction, against=staff, by=person, words=new(), at=NOW, due_at=NOW, **answered)


def be_removed_from_programme(canary: Canary) -> None:
    days = {"first_day": NOW.date(), "made_at": NOW, "timezone": "UTC"}
    programme, _made = Programme.objects.get_or_create(slug="spring", name="Spring", defaults=days)
    ended = {"state": MembershipState.REMOVED, "joined_at": NOW, "ended_at": NOW}
    Membership.objects.create(
        programme=programme, person=canary.person, source=Source.LINK, reason=canary.new(), **ended
    )
    be_listed(canary, programme)


def be_listed(canary: Canary, programme: Programme) -> None:
    """Their address is invited, and stands once more on a list that nobody has applied yet."""
    address = canary.person.email
    Invitee.objects.create(programme=programme, address=address, invited_at=NOW)
    about = {"by": canary.friend, "at": NOW, "file_hash": "x"}
    roster, _made = Roster.objects.get_or_create(programme=programme, state=RosterState.CHECKED, defaults=about)
    roster.rows.create(number=roster.rows.count(), address=address)


def go_to_events(canary: Canary, staff: User) -> None:
    person, friend, new = canary.person, canary.friend, canary.new
    event = make_event(staff, title=f"An evening {canary.prefix == 'zq'}")
    own, other = (
        Registration.objects.create(
            event=event,
            person=one,
            side=Side.MENTEE,
            state=RegistrationState.LEFT,
            board_name=words,
            registered_at=NOW,
        )
        for one, words in ((person, new()), (friend, "Friend"))
    )
    pairing = meet(own, other)
    Answer.objects.create(pairing=pairing, registration=own, takeaway=new(), at=NOW)
    PairMessage.objects.create(pairing=pairing, registration=own, text=new(), at=NOW)
    Goal.objects.create(registration=own, text=new(), due=NOW.date(), set_at=NOW)
    Wish.objects.create(event=event, by=own, about=other, kind=WishKind.LIKE)
    MeToo.objects.create(question=other, registration=own)
    Presence.objects.create(registration=own, kind=PresenceKind.IN, by=person, at=NOW)
    Helper.objects.create(event=event, person=person, role=HelperRole.LEAD)
    Event.objects.create(
        kind=EventKind.OFFICE_HOURS,
        state=EventState.OVER,
        host=person,
        by=person,
        slug=new(),
        title=new(),
        timezone="UTC",
        during=Event.span(NOW, timedelta(hours=1)),
        registration_until=NOW,
        ended_at=NOW,
    )


def keep_account_rows(canary: Canary, staff: User) -> None:
    person, friend, new = canary.person, canary.friend, canary.new
    address = person.emailaddress_set.get()
    EmailConfirmation.objects.create(email_address=address, key=new(), sent=NOW)
    BouncedAddress.objects.create(address=address, answer=new(), bounced_at=NOW)
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": new()})
    elsewhere = SocialAccount.objects.create(user=person, provider="uni", uid=new(), extra_data={"email": new()})
    SocialToken.objects.create(account=elsewhere, token=new(), token_secret=new())
    UserSession.objects.create(user=person, ip="198.51.100.7", session_key=new(), user_agent=new())
    token = {"person": person, "scope": Scope.READ, "created_at": NOW, "expires_at": NOW}
    AccessToken.objects.create(name=new(), token_hash=new(), **token)
    for one in (person, friend):
        words = {"key": new(), "request_hash": new(), "body": new()}
        KeptAnswer.objects.create(person=one, status=200, created_at=NOW, **words)
        canary.kept_answers += words.values()
    Trace.objects.note_look(by=staff, about=[person], looked_at=TracedAct.PERSON, now=NOW)
    LetterRequest.objects.create(person=person, act=LetterAct.COPY, reason=new(), prepared_by=staff, prepared_at=NOW)
    Preference.objects.create(person=person)
    Consent.objects.create(person=person, purpose="words_shown", text_version=1, how="page", given_at=NOW)
    MailBreaker.objects.update_or_create(pk=1, defaults={"answer": f"550 <{person.email}> unknown {new()}"})
    key = default_storage.save(f"exports/{new()}.zip", ContentFile(new().encode()))
    DataExport.objects.create(
        person=person, state=ExportState.READY, key=key, asked_at=NOW, due_at=NOW, expires_at=NOW + timedelta(days=30)
    )
    ContactMessage.objects.create(person=person, key=new(), name=new(), email=person.email, text=new(), sent_at=NOW)
    ContactMessage.objects.create(person=None, key=new(), name=new(), email=person.email, text=new(), sent_at=NOW)
    about_them = {"content_type": ContentType.objects.get_for_model(User), "object_id": str(person.pk)}
    LogEntry.objects.create(user=staff, action_flag=CHANGE, object_repr=new(), change_message=new(), **about_them)
    session = SessionStore()
    session["_auth_user_id"], session["typed"] = str(person.pk), new()
    session.create()
    canary.strings += [session.session_key, Session.objects.get(pk=session.session_key).session_data]


def be_searched_for(canary: Canary, topic: Topic, staff: User) -> None:
    person, new = canary.person, canary.new
    profile = person.mentor_profile
    question = person.briefs.get().question
    NotedSearch.objects.create(words=question, day=NOW.date(), share=0.1)
    ProposedExample.objects.create(topic=topic, text=question, day=NOW.date())
    TopicExample.objects.create(topic=topic, text=question, source=ExampleSource.LEARNT)
    ProfileDecision.objects.create(
        profile=profile, decision=Decision.CHANGES, by=staff, reason=new(), points={"asks": new()}, at=NOW
    )
    SavedMentor.objects.create(person=person, profile=canary.friend.mentor_profile, saved_at=NOW)
    ShareCard.objects.create(profile=profile, mark=new(), file=default_storage.save(f"cards/{new()}.png", picture(new)))
    for words in (profile, profile.draft):
        words.photo = default_storage.save(f"photos/{new()}.webp", picture(new))
        words.save(update_fields=["photo"])
    endpoint, _is_new = WebhookEndpoint.objects.get_or_create(
        url="https://example.org/hook", defaults={"events": [], "created_at": NOW}
    )
    profile.slug = new()
    profile.save(update_fields=["slug"])
    for number, state in enumerate(("pending", "dead")):
        WebhookDelivery.objects.create(
            endpoint=endpoint,
            cause=f"{person.pk}:{number}",
            event="booking.created",
            payload={"mentor": {"slug": profile.slug}},
            state=state,
            created_at=NOW,
            next_try_at=NOW,
        )


def picture(new) -> ContentFile:
    return ContentFile(BytesIO(new().encode()).getvalue())


def fill_the_rest(canary: Canary) -> None:
    """Columns of rows that are there by now and don't have a string of their own. Logs can't be changed."""
    for table in registered_tables():
        if not table.has_people or table.is_log:
            continue
        for name in table.columns:
            if is_free_text(table, name) and not any(holds(canary, row, name) for row in table.rows_of(canary.person)):
                set_one(canary, table, name)
    if canary.prefix == "zq":
        User.objects.filter(pk=canary.person.pk).update(timezone=ZONE)
        Schedule.objects.filter(profile__person=canary.person).update(timezone=CALENDAR_ZONE)
        canary.strings += [ZONE, CALENDAR_ZONE]
    canary.person.refresh_from_db()


def set_one(canary: Canary, table: Table, name: str) -> None:
    column = table.model._meta.get_field(name)
    writer = table.columns[name].by
    rows = table.model._base_manager.filter(**{writer: canary.person}) if writer else table.rows_of(canary.person)
    row = rows.first()
    if row is None or isinstance(column, models.FileField) or column.get_internal_type() == "SearchVectorField":
        return
    word: object = canary.new()
    if isinstance(column, ArrayField):
        word = [word]
    elif isinstance(column, models.JSONField):
        word = {"question": word}
    table.model._base_manager.filter(pk=row.pk).update(**{name: word})


def dump() -> dict[str, str]:
    """All rows of all tables, as `pg_dump` writes them."""
    written = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            target = BytesIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", target)
            written[table] = target.getvalue().decode()
    return written


def restore(rows: dict[str, str]) -> None:
    """The tables as they were: what is in them now is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET session_replication_role TO replica")
        for table, content in rows.items():
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
            cursor.copy_expert(f"COPY {table} FROM STDIN", BytesIO(content.encode()))
        cursor.execute("SET session_replication_role TO DEFAULT")
