"""What opens time is known at once; what closes it writes nothing; the clock tightens, and forgotten paths heal."""

from datetime import timedelta
from io import StringIO
from threading import Event, Thread

import pytest
from django.contrib.postgres.search import SearchQuery
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from accounts.services import change_person
from mentors.models import MentorProfile, Offer
from mentors.services import (
    approve_profile,
    pause_profile,
    put_away_offer,
    reinstate_profile,
    resume_profile,
    save_offer,
    suspend_profile,
)
from search import indexing
from search.criteria import SearchCriteria
from search.finding import find_mentors
from search.indexing import add_missing_rows, count_words, forget_bounds, rebuild_index, refresh_stale_rows
from search.models import MentorIndex, MentorWords, Word
from sessions_app.availability.schedule import ScheduleRules, save_week, set_override, set_time_off
from sessions_app.availability.timetable import load_timetables
from sessions_app.availability.walltime import EPOCH, instant_at
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.holds import hold_slot
from sessions_app.booking.requests import decline_booking
from sessions_app.models import Schedule
from sessions_app.questions.brief_input import BriefInput
from tests.admin_forms import fields_of
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db
FIRST = at("2026-11-25 09:00")
UNKNOWN = EPOCH


def bound(person):
    minute = MentorIndex.objects.get(person=person).open_from
    return None if minute is None else instant_at(minute)


@pytest.fixture
def tight(alice):
    rebuild_index(now=NOW)
    assert bound(alice) == FIRST
    return alice


def test_a_booking_writes_nothing_here(tight, offer, bob, django_assert_num_queries):
    before = MentorIndex.objects.values().get()

    book(offer, bob, FIRST)

    assert MentorIndex.objects.values().get() == before


@pytest.mark.parametrize("end", ["cancel", "decline", "expire", "move"])
def test_what_frees_time_loosens_the_bound_at_once(alice, offer, bob, end):
    if end in ("decline", "expire"):
        offer.instant = False
        offer.save()
    booking = book(offer, bob, FIRST)
    rebuild_index(now=NOW)

    if end == "cancel":
        cancel_booking(booking=booking, by=bob, reason="ill", now=NOW)
    elif end == "decline":
        decline_booking(booking=booking, by=alice, reason="", now=NOW)
    elif end == "expire":
        expire_overdue(now=booking.expires_at)
    else:
        move_booking(booking=booking, start=THURSDAY, by=alice, now=NOW)

    assert bound(alice) == UNKNOWN


def test_a_mentor_who_is_somebodys_mentee_has_time_again_when_that_ends(alice, offer, bob):
    make_mentor(bob)
    booking = book(offer, bob, FIRST)
    rebuild_index(now=NOW)

    cancel_booking(booking=booking, by=bob, reason="ill", now=NOW)

    assert (bound(alice), bound(bob)) == (UNKNOWN, UNKNOWN)


def test_what_waits_for_an_answer_does_not_push_the_bound(tight, alice, offer):
    """It may be free again by the clock alone, and nobody says so at that moment."""
    hold_slot(offer=offer, start=FIRST, brief=BriefInput(question=QUESTION), held_for="v", now=NOW)

    rebuild_index(now=NOW)

    assert bound(alice) == FIRST


def save_schedule(alice):
    rules = ScheduleRules("Europe/London", buffer=0, notice=0, move_notice=0, cancel_notice=0, horizon_days=9)
    save_week(profile=alice.mentor_profile, rules=rules, windows=[(1, 0, 60)], by=alice, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(save_schedule, id="week"),
        pytest.param(
            lambda alice: set_override(
                profile=alice.mentor_profile, day=NOW.date(), spans=((0, 1440),), by=alice, now=NOW
            ),
            id="override",
        ),
        pytest.param(
            lambda alice: set_time_off(
                profile=alice.mentor_profile, first=NOW.date(), last=NOW.date(), by=alice, now=NOW
            ),
            id="time-off",
        ),
        pytest.param(
            lambda alice: pause_profile(
                profile=alice.mentor_profile, until=(NOW + timedelta(days=3)).date(), by=alice, now=NOW
            ),
            id="pause",
        ),
        pytest.param(
            lambda alice: save_offer(
                profile=alice.mentor_profile, offer=Offer(profile=alice.mentor_profile, length=15), topics=[]
            ),
            id="offer",
        ),
    ],
)
def test_a_change_of_rules_loosens_the_bound(tight, alice, change):
    change(alice)

    assert bound(alice) == UNKNOWN


def test_the_sweep_tightens_what_is_stale_and_only_that(tight, alice):
    dora = make_mentor(make_person("dora@example.org", "Dora Dane"), windows=[(5, 600, 700)]).person

    assert (refresh_stale_rows(now=NOW), refresh_stale_rows(now=NOW)) == (1, 0)
    assert (bound(alice), bound(dora)) == (FIRST, at("2026-11-27 10:00"))


def test_every_row_is_looked_at_again_within_a_day(tight):
    assert refresh_stale_rows(now=NOW + timedelta(hours=24)) == 1


def test_a_profile_is_found_from_its_approval_on_and_not_while_suspended(alice, maria):
    profile = alice.mentor_profile
    rows = [profile_ids()]
    for act in (suspend_profile, reinstate_profile):
        act(profile=profile, by=maria, now=NOW, reason="…")
        rows.append(profile_ids())

    assert rows == [[profile.pk], [], [profile.pk]]


def profile_ids():
    return list(MentorIndex.objects.values_list("pk", flat=True))


def test_approved_words_topics_and_languages_are_those_of_the_row(alice, maria, topic):
    profile = alice.mentor_profile
    draft = profile.draft
    draft.headline, draft.asks, draft.languages = "Beekeeper", ["Swarms"], ["ta", "en"]
    draft.submitted_at = NOW
    draft.save()
    draft.topics.set([topic])

    approve_profile(profile=profile, by=maria, now=NOW)

    row = MentorIndex.objects.get()
    assert (row.topics, row.languages) == ([topic.pk], ["ta", "en"])
    assert set(Word.objects.filter(lexeme__in=["beekeep", "swarm"]).values_list("lexeme", "mentors")) == {
        ("beekeep", 1),
        ("swarm", 1),
    }


def test_the_row_knows_the_kinds_of_active_offers_only(alice, offer):
    profile = alice.mentor_profile
    save_offer(profile=profile, offer=Offer(profile=profile, length=15, format="chat", instant=False), topics=[])
    put_away_offer(profile=profile, offer=offer)

    # Length 15 is the first, chat the third format of six, and it is not booked at once.
    assert MentorIndex.objects.get().offers == 1 << (0 * 6 + 2) * 2


def test_a_mentor_is_found_by_a_new_name(alice):
    change_person(alice, name="Zora Zimmer", hour_cycle="24", timezone="UTC")

    assert MentorWords.objects.filter(words=SearchQuery("zora", config="simple")).exists()


def test_a_mentor_whose_account_is_opened_again_is_found_at_once(alice, client_for, now):
    client = client_for(make_person("root@example.org", "Ruth Root", is_staff=True, is_superuser=True))
    kept = {"name": alice.name, "timezone": alice.timezone, "hour_cycle": "24", "language": "en"}
    rows = []
    for more in ({}, {"is_active": "on"}):
        client.post(reverse("admin:accounts_user_change", args=[alice.pk]), kept | more)
        rows.append(profile_ids())

    assert rows == [[], [alice.mentor_profile.pk]]


@pytest.mark.parametrize("page", ["offer", "profile"])
def test_what_staff_change_in_the_admin_is_found_at_once(tight, alice, offer, client_for, now, page):
    client = client_for(make_person("root@example.org", "Ruth Root", is_staff=True, is_superuser=True))
    offers = {"offer": (offer, ""), "profile": (offer.profile, "offers-0-")}
    row_of_admin, prefix = offers[page]
    url = reverse(f"admin:mentors_{row_of_admin._meta.model_name}_change", args=[row_of_admin.pk])
    sent = fields_of(client.get(url)) | {f"{prefix}length": "15"}

    assert client.post(url, sent).status_code == 302
    row = MentorIndex.objects.get()
    assert (row.offers, row.open_from) == (1 << 1, 0)


def test_pausing_and_resuming_keep_the_row(alice):
    profile = alice.mentor_profile
    pause_profile(profile=profile, until=(NOW + timedelta(days=9)).date(), by=alice, now=NOW)
    refresh_stale_rows(now=NOW)
    paused = bound(alice)
    resume_profile(profile=profile, by=alice, now=NOW)
    refresh_stale_rows(now=NOW)

    assert (paused, bound(alice)) == (at("2026-12-03 09:00"), FIRST)


def test_without_a_schedule_nobody_is_ever_free(alice):
    Schedule.objects.all().delete()

    rebuild_index(now=NOW)

    assert bound(alice) is None


def test_rows_that_should_be_there_are_added_and_others_go(alice):
    bob = make_mentor(make_person("bob@example.org", "Bob Bose"))
    MentorIndex.objects.filter(person=alice).delete()
    MentorProfile.objects.filter(pk=bob.pk).update(state="suspended")

    assert add_missing_rows() == 1
    assert rebuild_index(now=NOW) == 1
    assert profile_ids() == [alice.mentor_profile.pk]


def test_words_are_counted(alice):
    make_mentor(make_person("bob@example.org", "Bob Bose"))
    Word.objects.update(mentors=77)

    count_words()

    assert Word.objects.get(lexeme="offer").mentors == 2


def test_rebuild_search_says_what_it_did(alice):
    said = StringIO()

    call_command("rebuild_search", stdout=said, stderr=StringIO())
    call_command("rebuild_search", "--missing", stdout=said)

    lines = said.getvalue().splitlines()
    assert [lines[0].split(" (")[0], lines[1]] == ["1 mentors can be found", "0 mentors had no row yet."]


@pytest.mark.django_db(transaction=True)
def test_who_frees_time_while_the_sweep_looks_has_the_last_word(alice, monkeypatch):
    """The sweep reads the time as taken and is slow to write; a cancellation comes in between."""
    looked, go_on = Event(), Event()
    tighten = indexing._tighten_bounds

    def slowly(profiles, *, now):
        looked.set()
        assert go_on.wait(60)
        tighten(profiles, now=now)

    monkeypatch.setattr(indexing, "_tighten_bounds", slowly)

    def swept():
        refresh_stale_rows(now=NOW)
        connection.close()

    def freed():
        with transaction.atomic():
            forget_bounds(alice.pk)
        connection.close()

    sweeping, freeing = Thread(target=swept), Thread(target=freed)
    sweeping.start()
    assert looked.wait(60)
    freeing.start()
    freeing.join(0.3)
    assert freeing.is_alive(), "it must wait for the sweep's lock"
    go_on.set()
    sweeping.join()
    freeing.join()

    assert bound(alice) == UNKNOWN


@pytest.mark.django_db(transaction=True)
def test_the_sweep_leaves_alone_what_somebody_is_just_freeing(alice):
    counts = []

    def swept():
        counts.append(refresh_stale_rows(now=NOW))
        connection.close()

    with transaction.atomic():
        forget_bounds(alice.pk)
        sweeping = Thread(target=swept)
        sweeping.start()
        sweeping.join(60)

    assert counts == [0]


def test_a_row_that_fails_keeps_the_sweep_from_no_other(alice, charlie):
    broken = make_mentor(charlie)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_bounds() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'data_exception'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON search_mentorindex FOR EACH ROW "
            f"WHEN (OLD.profile_id = {broken.pk} AND NEW.open_from > 0) EXECUTE FUNCTION refuse_bounds()"
        )

    assert [
        refresh_stale_rows(now=NOW),
        refresh_stale_rows(now=NOW),
        refresh_stale_rows(now=NOW + timedelta(minutes=9)),
    ] == [2, 0, 0]
    assert (bound(alice), bound(charlie)) == (FIRST, UNKNOWN)

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER broken ON search_mentorindex")
    assert refresh_stale_rows(now=NOW + timedelta(minutes=10)) == 1
    assert bound(charlie) == FIRST


def test_a_schedule_that_cannot_be_read_takes_nobody_elses_times(alice, charlie, bob):
    """Nor does a zone that the database has given up take anybody's."""
    broken, retired = make_mentor(charlie), make_mentor(make_person("dora@example.org", "Dora Dane"))
    Schedule.objects.filter(profile=broken).update(timezone="Europe/Nowhere")
    Schedule.objects.filter(profile=retired).update(timezone="Europe/Belfast")

    refresh_stale_rows(now=NOW)

    assert set(load_timetables([alice.mentor_profile, broken, retired], now=NOW)) == {
        alice.mentor_profile.pk,
        retired.pk,
    }
    found = find_mentors(SearchCriteria(), zone="Europe/London", now=NOW, mentee=bob).matches
    assert {match.profile for match in found} == {alice.mentor_profile, retired}
