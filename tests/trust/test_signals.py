"""Signals: rules look at new messages once, and what they find opens a case that people decide."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from notifications.models import Notification
from sessions_app.models import Message
from tests.conftest import NOW
from tests.markup import elements_of, markup_of, problems_in
from tests.sessions_app.helpers.races import race
from tests.trust.cases import TEXT, decide, make_team, object_to, report_message, take_and_read
from tests.trust.signals import LATER, decided_hits, make_rule, say, switch_on
from trust.appeals import decide_appeal
from trust.cases import Decision, decide_case, open_evidence
from trust.deadlines import first_decision_due
from trust.errors import TrustError
from trust.models import (
    AppealOutcome,
    Case,
    Exhibit,
    LooksFor,
    Outcome,
    Rule,
    Sanction,
    SignalHit,
    SignalMark,
    SignalRule,
)
from trust.signals import looking as signals
from trust.signals.looking import look_for_signals
from trust.signals.matching import WrittenText, goes_to_many, holds_phrase, is_in_burst
from trust.signals.records import JUDGED_FROM, add_words, read_records, rest_wrong_rules, switch_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE, HOUR = "/staff/signals/", timedelta(hours=1)
OF_SELF_HARM = "Honestly, I want to kill myself."


@pytest.fixture(autouse=True)
def rule_of_self_harm(db) -> SignalRule:
    """It comes with the tables; a test that really wrote to the database may have emptied them."""
    return SignalRule.objects.get_or_create(looks_for=LooksFor.SELF_HARM, defaults={"name": "Words of self-harm"})[0]


@pytest.fixture
def rule(settings) -> SignalRule:
    made = make_rule()
    switch_on(settings)
    return made


def signal_in(booking) -> Case:
    say(booking)
    look_for_signals(now=LATER)
    return Case.objects.get(state="open")


# What a rule looks for


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Use WESTERN–Union, please", True),
        ("Western\nUnion", True),
        ("western unions", False),
        ("Überweise mir das", True),
        ("ueberweise mir das", False),
        ("", False),
    ],
    ids=["signs", "lines", "other-word", "accents", "other-spelling", "empty"],
)
def test_phrases_are_found_as_whole_words(text, is_found):
    assert holds_phrase(text, ["western union", "uberweise mir", ""]) == is_found


def texts_to(count: int, words: str, *, apart: timedelta) -> list[WrittenText]:
    return [WrittenText(one, 1, one, words, NOW + one * apart) for one in range(count)]


@pytest.mark.parametrize(
    ("count", "words", "apart", "is_found"),
    [
        (5, "Please have a look at my course", HOUR, True),
        (4, "Please have a look at my course", HOUR, False),
        (5, "Please have a look at my course", 7 * HOUR, False),
        (5, "Thank you", HOUR, False),
    ],
    ids=["five", "four", "slowly", "short"],
)
def test_same_text_goes_to_five_people_in_a_day(count, words, apart, is_found):
    texts = texts_to(count, words, apart=apart)
    assert goes_to_many(texts[-1], texts) == is_found


@pytest.mark.parametrize(("count", "is_found"), [(10, True), (9, False)])
def test_burst_is_ten_people_in_an_hour(count, is_found):
    texts = texts_to(count, "Hello", apart=timedelta(minutes=5))
    assert is_in_burst(texts[-1], texts) == is_found


def test_lively_talk_with_one_person_is_no_burst():
    texts = [WrittenText(one, 1, 2, "And?", NOW) for one in range(30)]
    assert not is_in_burst(texts[-1], texts)


# What a hit does


def test_message_that_a_rule_finds_opens_a_case_and_does_nothing_else(booking, settings, rule):
    told = Notification.objects.exclude(kind="message").count()
    message = say(booking)
    say(booking, "Nothing to see here")

    assert look_for_signals(now=LATER) == 1
    case = Case.objects.get()
    assert (case.about, case.kind, case.state) == (booking.mentor, "signal", "open")
    assert case.due_at == first_decision_due("conduct", LATER, ZoneInfo(settings.SITE_ZONE))
    assert Exhibit.objects.get(case=case).snapshot["message"] == message.body
    assert SignalHit.objects.get(case=case).rule == rule
    assert not Message.objects.filter(is_hidden=True).exists()
    assert not Sanction.objects.exists()
    assert Notification.objects.exclude(kind="message").count() == told


def test_hit_joins_the_case_of_a_report_which_keeps_its_kind(booking, bob, rule):
    case = report_message(booking, bob).case

    look_for_signals(now=LATER)

    assert SignalHit.objects.get().case == case
    case.refresh_from_db()
    assert (Case.objects.count(), case.kind, case.version) == (1, "selling", 2)


def test_nothing_is_looked_at_while_signals_are_off_nor_later(booking, settings):
    make_rule()
    say(booking)
    assert (look_for_signals(now=LATER), SignalMark.objects.count()) == (0, 0)

    settings.SIGNALS = True
    assert look_for_signals(now=LATER) == 0
    settings.SIGNALS = False
    say(booking, now=LATER)
    look_for_signals(now=LATER + HOUR)
    settings.SIGNALS = True

    assert look_for_signals(now=LATER + HOUR) == 0
    assert not Case.objects.exists()


def test_message_waits_until_all_before_it_are_committed(booking, rule):
    say(booking)
    assert look_for_signals(now=NOW + timedelta(minutes=1)) == 0
    assert look_for_signals(now=LATER) == 1


def test_rule_that_is_off_finds_nothing(booking, maria, rule):
    switch_rule(rule=rule, is_on=False, by=maria, now=NOW)
    say(booking)
    assert look_for_signals(now=LATER) == 0


# Once, whatever happens


def test_killed_run_goes_on_where_it_was_and_looks_at_nothing_twice(booking, rule, monkeypatch):
    monkeypatch.setattr(signals, "BATCH", 2)
    for _each in range(3):
        say(booking)
    keep = signals.keep_exhibit
    kept = []

    def keep_until_killed(*args, **kwargs):
        if len(kept) == 2:
            raise KeyboardInterrupt
        kept.append(keep(*args, **kwargs))

    monkeypatch.setattr(signals, "keep_exhibit", keep_until_killed)
    with pytest.raises(KeyboardInterrupt):
        look_for_signals(now=LATER)
    assert SignalHit.objects.count() == 2
    monkeypatch.setattr(signals, "keep_exhibit", keep)

    assert (look_for_signals(now=LATER), look_for_signals(now=LATER)) == (1, 0)
    assert (SignalHit.objects.count(), Case.objects.count()) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_open_one_case(booking, settings):
    make_rule()
    switch_on(settings)
    say(booking)

    assert race([lambda: look_for_signals(now=LATER)] * 4) == {"won": 4}

    assert (Case.objects.count(), SignalHit.objects.count(), Exhibit.objects.count()) == (1, 1, 1)
    assert Case.objects.get().version == 1


def test_database_knows_each_find_once(booking, rule):
    hit = SignalHit(rule=rule, case=signal_in(booking), subject_type="message", at=NOW)
    hit.subject_id = SignalHit.objects.get().subject_id
    with pytest.raises(IntegrityError, match="rule_finds_the_same_text_once"), transaction.atomic():
        hit.save()


def test_messages_of_one_burst_are_one_hit(booking, settings, monkeypatch):
    make_rule(LooksFor.BURST)
    switch_on(settings)
    monkeypatch.setattr("trust.signals.matching.BURST_PEOPLE", 1)
    say(booking)
    say(booking)

    assert look_for_signals(now=LATER) == 1


# The record of a rule


def test_rule_was_right_when_something_follows(booking, maria, rule):
    decide(signal_in(booking), maria, Outcome.NOTHING)
    decide(signal_in(booking), maria, Outcome.NOTE, now=LATER)
    record = read_records([rule])[rule.pk]

    assert (record.cases, record.decided, record.right) == (2, 2, 1)


@pytest.mark.parametrize(
    ("right", "wrong", "is_off"),
    [(9, JUDGED_FROM - 9, True), (10, JUDGED_FROM - 10, False), (0, JUDGED_FROM - 1, False)],
    ids=["under-a-fifth", "a-fifth", "too-few"],
)
def test_rule_under_one_in_five_after_fifty_is_switched_off(right, wrong, is_off, rule, alice, maria):
    decided_hits(rule, alice, maria, right=right, wrong=wrong)

    assert rest_wrong_rules(now=NOW) == is_off
    rule.refresh_from_db()
    assert (rule.is_on, rule.rested_at) == (not is_off, NOW if is_off else None)


def test_rule_that_was_switched_on_again_begins_a_new_record(rule, alice, maria, client_for):
    decided_hits(rule, alice, maria, right=0, wrong=JUDGED_FROM)
    rest_wrong_rules(now=NOW)
    client = client_for(maria)
    assert shown(client, rule) == ("no", f"{JUDGED_FROM} {JUDGED_FROM} 0")

    client.post(PAGE, {"act": "on", "rule": rule.pk})

    assert rest_wrong_rules(now=LATER) == 0
    assert shown(client, rule) == ("yes", "0 0 0")


def test_words_of_self_harm_are_never_switched_off_by_their_record(alice, maria):
    rule = SignalRule.objects.get(looks_for=LooksFor.SELF_HARM)
    decided_hits(rule, alice, maria, right=0, wrong=JUDGED_FROM)
    assert rest_wrong_rules(now=NOW) == 0


# The page


def shown(client, rule) -> tuple[str, str]:
    page = markup_of(client.get(PAGE))
    [item] = [one for one in elements_of(page, "li") if one.attributes.get("data-rule") == str(rule.pk)]
    return item.attributes["data-on"], item.attributes["data-record"]


def test_moderator_switches_a_rule_and_adds_words_once(rule, maria, client_for):
    client = client_for(maria)
    assert client.post(PAGE, {"act": "off", "rule": rule.pk}).status_code == 302
    words = "Gold bars\r\n\r\nWESTERN UNION"
    assert client.post(PAGE, {"act": "add", "rule": rule.pk, "words": words}).status_code == 302

    rule.refresh_from_db()
    assert (rule.is_on, rule.phrases) == (False, ["savings", "western union", "Gold bars"])
    assert (rule.changed_by, rule.changed_at) == (maria, NOW)


@pytest.mark.parametrize("words", ["", "Gold\nme", "…", "w" * 81], ids=["none", "short", "signs", "long"])
def test_bad_words_are_told_beside_the_field_and_stay_typed(words, rule, maria, client_for):
    answer = client_for(maria).post(PAGE, {"act": "add", "rule": rule.pk, "words": words})

    assert (answer.status_code, problems_in(markup_of(answer))) == (422, [f"rule-{rule.pk}-words"])
    assert words in answer.content.decode()
    rule.refresh_from_db()
    assert rule.phrases == ["savings", "western union"]


def test_words_that_dont_fit_or_have_no_place_are_refused(rule, maria, bob):
    with pytest.raises(TrustError) as refused:
        add_words(rule=rule, words=[f"{one} {'w' * 70}" for one in range(300)], by=maria, now=NOW)
    assert refused.value.code == "too_many_words"
    other = SignalRule.objects.get(looks_for=LooksFor.SELF_HARM)
    with pytest.raises(TrustError) as refused:
        add_words(rule=other, words=["gold"], by=maria, now=NOW)
    assert refused.value.code == "no_words"
    with pytest.raises(PermissionDenied):
        add_words(rule=rule, words=["gold"], by=bob, now=NOW)


@pytest.mark.parametrize("sent", [{"act": "on", "rule": "0"}, {"act": "on", "rule": "x"}, {"act": "on"}])
def test_rule_that_isnt_there_is_not_found(sent, rule, maria, client_for):
    assert client_for(maria).post(PAGE, sent).status_code == 404


def test_unknown_button_changes_nothing(rule, maria, client_for):
    assert client_for(maria).post(PAGE, {"act": "melt", "rule": rule.pk}).status_code == 422


def test_case_shows_what_a_rule_found_to_who_reads_it_for_a_reason(booking, rule, maria, client_for):
    case = signal_in(booking)
    client = client_for(maria)

    assert "SAVINGS" not in markup_of(client.get(f"/staff/cases/{case.uuid}/"))
    take_and_read(case, maria)
    page = markup_of(client.get(f"/staff/cases/{case.uuid}/"))
    assert "SAVINGS" in page
    assert [one.attributes["data-signal"] for one in elements_of(page, "article")] == ["1"]


def test_content_that_a_rule_found_can_be_removed(booking, rule, maria):
    make_team(1)
    case = take_and_read(signal_in(booking), maria)
    decision = Decision(Outcome.CONTENT, Rule.SELLING, TEXT)
    decide_case(case=case, decision=decision, by=maria, now=NOW, seen=case.version)
    assert Message.objects.get().body == ""


def test_upheld_appeal_says_that_the_rule_was_wrong(booking, rule, maria):
    case = decide(signal_in(booking), maria)
    [other] = make_team(1)
    appeal = object_to(case)
    open_evidence(case=case, reason="Appeal", by=other, now=NOW)
    decide_appeal(appeal=appeal, outcome=AppealOutcome.UPHELD, answer="You were right", by=other, now=NOW)
    assert read_records([rule])[rule.pk].right == 0


@pytest.mark.parametrize("is_on", [True, False])
def test_privacy_page_says_so_where_signals_are_on(is_on, settings, client):
    settings.SIGNALS = is_on
    assert ('id="signals"' in client.get("/privacy/").content.decode()) == is_on
