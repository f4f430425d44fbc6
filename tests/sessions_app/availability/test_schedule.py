import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from mentors.models import ProfileDecision, ProfileState
from sessions_app.availability import openings
from sessions_app.availability.schedule import (
    MAX_EXCEPTIONS,
    ScheduleError,
    ScheduleRules,
    check_spans,
    proposed_schedule,
    remove_override,
    remove_time_off,
    save_week,
    set_override,
    set_time_off,
    wall_text,
)
from sessions_app.availability.whole_schedule import WholeSchedule, rules_of, save_schedule
from sessions_app.models import AvailabilityWindow, DateOverride, Schedule, TimeOff
from tests.conftest import NOW, make_mentor, make_person

PAST_MIDNIGHT = ". For hours past midnight, end at midnight and put the rest on the next day"
RULES = ScheduleRules(
    timezone="Europe/London", buffer=5, notice=240, move_notice=120, cancel_notice=720, horizon_days=30
)
WEEK = [(day, 540, 1020) for day in range(1, 6)]
TODAY = date(2026, 11, 24)


@pytest.fixture
def told():
    """The people who were announced while the test ran."""
    heard: list[int] = []
    openings.on_time_opened.append(heard.append)
    yield heard
    openings.on_time_opened.remove(heard.append)


@pytest.fixture
def profile(alice):
    return alice.mentor_profile


def save(profile, *, rules=RULES, windows=WEEK, by=None, **kwargs):
    return save_week(profile=profile, rules=rules, windows=windows, by=by or profile.person, now=NOW, **kwargs)


def stored_windows(profile):
    return list(profile.schedule.windows.values_list("weekday", "start", "end"))


def window_ids(profile):
    return set(profile.schedule.windows.values_list("pk", flat=True))


@pytest.mark.parametrize(("minute", "text"), [(0, "00:00"), (545, "09:05"), (1439, "23:59"), (1440, "00:00")], ids=str)
def test_wall_text_is_what_the_clock_shows(minute, text):
    assert wall_text(minute) == text


@pytest.mark.parametrize(
    ("spans", "code", "message"),
    [
        ([(1080, 1080)], "ends_early", "Tuesday: the end must be after 18:00"),
        ([(1080, 1020)], "ends_early", f"Tuesday: the end must be after 18:00{PAST_MIDNIGHT}"),
        ([(540, 660), (600, 720)], "overlap", "Tuesday: these two windows overlap"),
        ([(540, 660), (540, 660)], "overlap", "Tuesday: these two windows overlap"),
        ([(1440, 1441)], "no_time", "Tuesday: times must be between 00:00 and 24:00"),
        ([(-5, 60)], "no_time", "Tuesday: times must be between 00:00 and 24:00"),
        ([(i * 60, i * 60 + 30) for i in range(13)], "too_many", "Tuesday: you can have up to 12 windows a day"),
    ],
)
def test_check_spans_refuses_in_words(spans, code, message):
    with pytest.raises(ScheduleError) as caught:
        check_spans(spans, "Tuesday")
    assert (caught.value.code, caught.value.message) == (code, message)


def test_check_spans_without_a_label_starts_with_a_capital():
    with pytest.raises(ScheduleError) as caught:
        check_spans([(600, 600)])
    assert caught.value.message == "The end must be after 10:00"


def test_check_spans_sorts_and_keeps_touching_windows_apart():
    assert check_spans([(600, 1440), (0, 600)]) == ((0, 600), (600, 1440))


def test_a_proposed_schedule_has_the_usual_limit_and_is_not_stored(bob, told):
    profile = make_mentor(bob)
    profile.schedule.delete()

    schedule = proposed_schedule(profile, timezone="Asia/Kolkata")

    assert (schedule.timezone, schedule.max_per_week, schedule.pk, told) == ("Asia/Kolkata", 2, None, [])


def test_a_proposed_schedule_falls_back_to_utc_for_an_unknown_zone(bob):
    assert proposed_schedule(make_mentor(bob), timezone="EST").timezone == "UTC"


def test_save_week_writes_rules_and_windows(profile, told):
    rules = ScheduleRules("Asia/Kolkata", 10, 60, 0, 1440, 90, 3, 7)
    save(profile, rules=rules, windows=[(7, 0, 1440), (1, 540, 600)])
    schedule = Schedule.objects.get(profile=profile)
    assert (schedule.timezone, schedule.buffer, schedule.notice, schedule.move_notice) == ("Asia/Kolkata", 10, 60, 0)
    assert (schedule.cancel_notice, schedule.horizon_days) == (1440, 90)
    assert (schedule.max_per_day, schedule.max_per_week) == (3, 7)
    assert stored_windows(profile) == [(1, 540, 600), (7, 0, 1440)]
    assert told == [profile.person_id]


def test_save_week_creates_the_schedule_it_lacks(bob, told):
    profile = make_mentor(bob)
    profile.schedule.delete()
    save(profile, windows=[(2, 1080, 1200)])
    assert list(Schedule.objects.get(profile=profile).windows.values_list("weekday", "start", "end")) == [
        (2, 1080, 1200)
    ]
    assert told == [profile.person_id]


def test_save_week_unchanged_changes_nothing(profile, told):
    save(profile)
    told.clear()
    before = (Schedule.objects.values().get(profile=profile), window_ids(profile))
    for _ in range(3):
        save(profile, windows=reversed(WEEK))
    assert (Schedule.objects.values().get(profile=profile), window_ids(profile)) == before
    assert told == []


def test_save_week_keeps_the_rows_that_stay(profile):
    kept = set(profile.schedule.windows.exclude(weekday=5).values_list("pk", flat=True))
    save(profile, windows=[*WEEK[:4], (5, 600, 660)])
    assert kept < window_ids(profile)
    assert (5, 600, 660) in stored_windows(profile)


def test_save_week_may_shift_a_window_over_its_old_place(profile):
    save(profile, windows=[(1, 600, 1080)])
    assert stored_windows(profile) == [(1, 600, 1080)]


@pytest.mark.parametrize(
    ("windows", "code", "weekday"),
    [([(2, 600, 600)], "ends_early", 2), ([(3, 0, 60), (3, 30, 90)], "overlap", 3), ([(8, 0, 60)], "no_weekday", None)],
)
def test_save_week_refuses_windows_and_saves_nothing(profile, told, windows, code, weekday):
    with pytest.raises(ScheduleError) as caught:
        save(profile, rules=ScheduleRules("Asia/Tokyo", 0, 0, 0, 0, 1), windows=windows)
    assert (caught.value.code, caught.value.weekday) == (code, weekday)
    assert stored_windows(profile) == WEEK
    assert Schedule.objects.get(profile=profile).timezone == "Europe/London"
    assert told == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timezone": "EST"}, "timezone"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"buffer": 241}, "buffer"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"max_per_day": 0}, "max_per_day"),
        ({"max_per_week": 201}, "max_per_week"),
    ],
    ids=str,
)
def test_save_week_refuses_rules_and_saves_nothing(profile, change, field):
    with pytest.raises(ScheduleError) as caught:
        save(profile, rules=replace(RULES, **change), windows=[])
    assert (caught.value.code, caught.value.field) == ("rule", field)
    assert stored_windows(profile) == WEEK


def test_save_week_of_another_mentor_is_refused(profile, charlie):
    with pytest.raises(ScheduleError) as caught:
        save(profile, windows=[], by=charlie)
    assert caught.value.code == "not_yours"
    assert stored_windows(profile) == WEEK


def test_save_week_by_staff_is_allowed(profile, maria):
    save(profile, windows=[], by=maria)
    assert stored_windows(profile) == []


def test_save_week_pauses_and_resumes_and_logs_each_once(profile):
    save(profile, away_until=date(2026, 12, 7))
    save(profile, away_until=date(2026, 12, 7))
    profile.refresh_from_db()
    paused = profile.paused_until
    save(profile, away_until=None)
    save(profile, away_until=None)
    profile.refresh_from_db()
    assert (paused, profile.paused_until) == (date(2026, 12, 7), None)
    assert list(ProfileDecision.objects.order_by("pk").values_list("decision", flat=True)) == ["paused", "resumed"]


def test_save_week_leaves_a_pause_that_is_over_alone(profile):
    profile.paused_until = TODAY
    profile.save()
    save(profile, away_until=None)
    assert not ProfileDecision.objects.exists()


@pytest.mark.parametrize("until", [TODAY, date(2026, 1, 1), date(2126, 1, 1)], ids=str)
def test_save_week_refuses_a_return_that_is_no_pause_and_saves_nothing(profile, until):
    with pytest.raises(ScheduleError) as caught:
        save(profile, windows=[], away_until=until)
    assert (caught.value.code, caught.value.field) == ("away", "away_until")
    assert stored_windows(profile) == WEEK


def test_save_week_cannot_pause_a_profile_that_is_not_live(profile):
    profile.state = ProfileState.SUSPENDED
    profile.save()
    with pytest.raises(ScheduleError) as caught:
        save(profile, away_until=date(2026, 12, 7))
    assert caught.value.code == "away"


def test_database_refuses_overlapping_windows(profile):
    with pytest.raises(IntegrityError, match="windows_of_a_weekday_do_not_overlap"), transaction.atomic():
        AvailabilityWindow.objects.create(schedule=profile.schedule, weekday=1, start=600, end=660)


def override_of(profile, day=date(2026, 12, 4), spans=(), **kwargs):
    kwargs.setdefault("by", profile.person)
    return set_override(profile=profile, day=day, spans=spans, now=NOW, **kwargs)


def test_set_override_stores_a_closed_date_and_a_date_of_its_own(profile, told):
    closed = override_of(profile)
    own = override_of(profile, TODAY, ((600, 720), (1380, 1440)))
    assert (closed.minutes, own.minutes) == ([], [600, 720, 1380, 1440])
    assert told == [profile.person_id, profile.person_id]


def test_set_override_twice_is_one_row(profile, told):
    first = override_of(profile, spans=((600, 720),))
    assert override_of(profile, spans=((600, 720),)) == first
    assert told == [profile.person_id]


def test_set_override_changes_the_one_it_is_given(profile):
    override = override_of(profile)
    override_of(profile, date(2026, 12, 5), ((0, 60),), override=override)
    assert list(profile.schedule.overrides.values_list("date", "minutes")) == [(date(2026, 12, 5), [0, 60])]


def test_set_override_does_not_replace_another_date_in_silence(profile):
    override_of(profile, spans=((600, 720),))
    other = override_of(profile, date(2026, 12, 5))
    for kwargs in ({}, {"override": other}):
        with pytest.raises(ScheduleError) as caught:
            override_of(profile, date(2026, 12, 4), ((60, 90),), **kwargs)
        assert (caught.value.code, caught.value.field) == ("exists", "day")
    assert profile.schedule.overrides.get(date=date(2026, 12, 4)).minutes == [600, 720]


@pytest.mark.parametrize(
    ("day", "spans", "code"),
    [
        (date(2026, 11, 23), (), "past"),
        (date(2028, 11, 24), (), "far"),
        (date(9999, 12, 31), (), "far"),
        (date(2026, 12, 4), ((600, 720), (700, 800)), "overlap"),
    ],
    ids=str,
)
def test_set_override_refuses(profile, day, spans, code):
    with pytest.raises(ScheduleError) as caught:
        override_of(profile, day, spans)
    assert caught.value.code == code
    assert not DateOverride.objects.exists()


def test_set_override_counts_the_date_in_the_mentors_zone(profile):
    Schedule.objects.update(timezone="Pacific/Kiritimati")
    with pytest.raises(ScheduleError) as caught:
        override_of(profile, TODAY)
    assert caught.value.code == "past"


def test_set_override_is_bounded(profile):
    schedule = profile.schedule
    days = [TODAY + timedelta(days=n) for n in range(MAX_EXCEPTIONS)]
    DateOverride.objects.bulk_create(DateOverride(schedule=schedule, date=day) for day in days)
    with pytest.raises(ScheduleError) as caught:
        override_of(profile, TODAY + timedelta(days=MAX_EXCEPTIONS))
    assert caught.value.code == "too_many"


def test_exceptions_of_another_mentor_are_refused(profile, bob):
    theirs = make_mentor(bob)
    override = override_of(theirs)
    away = set_time_off(profile=theirs, first=TODAY, last=TODAY, by=bob, now=NOW)
    acts = (
        lambda: override_of(profile, by=bob),
        lambda: override_of(profile, date(2026, 12, 8), override=override),
        lambda: set_time_off(profile=profile, first=TODAY, last=TODAY, by=bob, now=NOW),
        lambda: set_time_off(profile=profile, first=TODAY, last=TODAY, by=profile.person, now=NOW, time_off=away),
        lambda: remove_override(profile=theirs, override=override, by=profile.person, now=NOW),
        lambda: remove_time_off(profile=theirs, time_off=away, by=profile.person, now=NOW),
    )
    for act in acts:
        with pytest.raises(ScheduleError) as caught:
            act()
        assert caught.value.code == "not_yours"
    remove_override(profile=profile, override=override, by=profile.person, now=NOW)
    remove_time_off(profile=profile, time_off=away, by=profile.person, now=NOW)
    assert DateOverride.objects.get() == override
    assert TimeOff.objects.get() == away


def test_exceptions_need_a_saved_week(bob):
    profile = make_mentor(bob)
    profile.schedule.delete()
    with pytest.raises(ScheduleError) as caught:
        override_of(profile)
    assert caught.value.code == "no_schedule"


def test_remove_override_twice_is_no_error(profile, told):
    override = override_of(profile)
    remove_override(profile=profile, override=override, by=profile.person, now=NOW)
    remove_override(profile=profile, override=override, by=profile.person, now=NOW)
    assert not DateOverride.objects.exists()
    assert told == [profile.person_id, profile.person_id]


def time_off_of(profile, first, last, **kwargs):
    return set_time_off(profile=profile, first=first, last=last, by=profile.person, now=NOW, **kwargs)


def test_set_time_off_adds_changes_and_removes(profile, told):
    away = time_off_of(profile, date(2026, 12, 20), date(2027, 1, 3))
    assert time_off_of(profile, date(2026, 12, 20), date(2027, 1, 3)) == away
    time_off_of(profile, date(2026, 12, 21), date(2027, 1, 3), time_off=away)
    assert list(TimeOff.objects.values_list("first", "last")) == [(date(2026, 12, 21), date(2027, 1, 3))]
    remove_time_off(profile=profile, time_off=away, by=profile.person, now=NOW)
    remove_time_off(profile=profile, time_off=away, by=profile.person, now=NOW)
    assert not TimeOff.objects.exists()
    assert told == [profile.person_id] * 3


@pytest.mark.parametrize(
    ("first", "last", "code", "field"),
    [
        (date(2026, 12, 5), date(2026, 12, 4), "ends_early", "last"),
        (date(2026, 11, 1), date(2026, 11, 23), "past", "last"),
        (date(2026, 12, 5), date(2029, 1, 1), "far", "last"),
        (date(2026, 12, 20), date(2026, 12, 24), "overlap", "first"),
    ],
)
def test_set_time_off_refuses(profile, first, last, code, field):
    time_off_of(profile, date(2026, 12, 24), date(2026, 12, 26))
    with pytest.raises(ScheduleError) as caught:
        time_off_of(profile, first, last)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert TimeOff.objects.count() == 1


def test_a_listener_that_fails_undoes_the_save(profile):
    def fail(profile_id):
        raise RuntimeError(profile_id)

    openings.on_time_opened.append(fail)
    try:
        with pytest.raises(RuntimeError):
            save(profile, windows=[])
    finally:
        openings.on_time_opened.remove(fail)
    assert stored_windows(profile) == WEEK


@pytest.mark.django_db(transaction=True)
def test_concurrent_saves_leave_one_whole_week():
    person = make_person("ada@example.org", "Ada Adair")
    profile = make_mentor(person)
    weeks = [[(day, 60 * n, 60 * n + 300) for day in range(1, 8)] for n in range(6)]
    failures: list[Exception] = []
    start = threading.Barrier(len(weeks))

    def run(week):
        try:
            start.wait()
            save(profile, windows=week, by=User.objects.get(pk=person.pk))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[week]) for week in weeks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert stored_windows(profile) in weeks


def whole(profile, count: int, *, minutes=(600, 660), paused_until=None) -> WholeSchedule:
    """The week as it is, with so many dates, and every tenth of them a day off instead."""
    days = [TODAY + timedelta(days=2 * number + 1) for number in range(count)]
    return WholeSchedule(
        rules=rules_of(profile.schedule),
        windows=WEEK,
        overrides={day: (minutes,) for number, day in enumerate(days) if number % 10},
        time_off=[(day, day) for number, day in enumerate(days) if number % 10 == 0],
        paused_until=paused_until,
    )


def queries_of(profile, wanted: WholeSchedule) -> list[str]:
    """Without those that only begin and end the transaction."""
    with CaptureQueriesContext(connection) as captured:
        save_schedule(profile=profile, wanted=wanted, by=profile.person, now=NOW)
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize("count", [3, 200])
def test_save_schedule_asks_as_little_for_many_dates_as_for_few(profile, count):
    added = queries_of(profile, whole(profile, count))
    assert (profile.schedule.overrides.count(), profile.schedule.time_off.count()) == (
        count - -(-count // 10),
        -(-count // 10),
    )
    changed = queries_of(profile, whole(profile, count, minutes=(600, 720)))
    assert {override.minutes[1] for override in profile.schedule.overrides.all()} == {720}
    removed = queries_of(profile, whole(profile, 0))
    assert (profile.schedule.overrides.count(), profile.schedule.time_off.count()) == (0, 0)

    assert [len(added) <= 10, len(changed) <= 10, len(removed) <= 10] == [True, True, True]


@pytest.mark.parametrize("count", [3, 200])
def test_save_schedule_unchanged_writes_nothing(profile, told, count):
    wanted = whole(profile, count)
    save_schedule(profile=profile, wanted=wanted, by=profile.person, now=NOW)
    told.clear()

    queries = queries_of(profile, wanted)

    writes = [sql for sql in queries if sql.split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert (writes, told, len(queries) <= 10) == ([], [], True)


def test_save_schedule_leaves_what_is_over_and_keeps_rows_that_stay(profile):
    schedule = profile.schedule
    past = schedule.overrides.create(date=TODAY - timedelta(days=1), minutes=[])
    old = schedule.time_off.create(first=TODAY - timedelta(days=9), last=TODAY - timedelta(days=8))
    save_schedule(profile=profile, wanted=whole(profile, 4), by=profile.person, now=NOW)
    kept = set(schedule.overrides.values_list("pk", flat=True))

    save_schedule(profile=profile, wanted=whole(profile, 5), by=profile.person, now=NOW)

    now_there = set(schedule.overrides.values_list("pk", flat=True))
    assert kept < now_there
    assert past.pk in now_there
    assert schedule.time_off.filter(pk=old.pk).exists()


@pytest.mark.parametrize(
    ("overrides", "time_off", "code", "field"),
    [
        pytest.param({TODAY - timedelta(days=1): ()}, [], "past", "overrides", id="date-that-is-over"),
        pytest.param({TODAY + timedelta(days=800): ()}, [], "far", "overrides", id="date-too-far"),
        pytest.param({TODAY: ((60, 50),)}, [], "ends_early", "overrides", id="ends-before-it-starts"),
        pytest.param({}, [(TODAY, TODAY - timedelta(days=1))], "ends_early", "time_off", id="last-before-first"),
        pytest.param({}, [(TODAY - timedelta(days=9), TODAY - timedelta(days=1))], "past", "time_off", id="off-over"),
        pytest.param({}, [(TODAY - timedelta(days=9), TODAY)], "overlap", "time_off", id="overlaps-what-is-over"),
        pytest.param({}, [(TODAY, TODAY), (TODAY, TODAY + timedelta(days=1))], "overlap", "time_off", id="overlap"),
    ],
)
def test_save_schedule_refuses_and_saves_nothing(profile, overrides, time_off, code, field):
    profile.schedule.time_off.create(first=TODAY - timedelta(days=8), last=TODAY - timedelta(days=8))
    wanted = replace(whole(profile, 3), overrides=overrides, time_off=time_off, windows=WEEK[:2])

    with pytest.raises(ScheduleError) as refused:
        save_schedule(profile=profile, wanted=wanted, by=profile.person, now=NOW)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert (profile.schedule.overrides.count(), len(stored_windows(profile))) == (0, 5)


def test_save_schedule_is_bounded_by_what_there_will_be(profile):
    """All of a full list may be exchanged at once; one more is too many."""
    save_schedule(profile=profile, wanted=whole(profile, MAX_EXCEPTIONS), by=profile.person, now=NOW)
    later = [(TODAY + timedelta(days=500 + number),) * 2 for number in range(MAX_EXCEPTIONS)]
    other = replace(whole(profile, 0), time_off=later)
    save_schedule(profile=profile, wanted=other, by=profile.person, now=NOW)

    with pytest.raises(ScheduleError) as refused:
        save_schedule(profile=profile, wanted=replace(other, overrides={TODAY: ()}), by=profile.person, now=NOW)

    assert refused.value.code == "too_many"
    assert profile.schedule.time_off.count() == MAX_EXCEPTIONS
