"""What this app enters into the lists of lower apps when it starts: the product is put together here."""

from django.core.checks import register

from accounts.hooks import after_sign_in, start_pages
from accounts.privacy.consents import register_purpose
from accounts.privacy.hooks import on_leaving
from accounts.privacy.registry import register_tables
from accounts.privacy.retention import rules as retention_rules
from accounts.ways_in import WayIn, ways_in
from mentors.hooks import after_suspension, around_decision, describe_times, name_zone
from notifications.registry import register_kinds
from notifications.webhooks.events import register_events
from programmes.rules import used_up_counters
from sessions_app.afterwards.consents import OUTCOME, QUESTION, WORDS
from sessions_app.afterwards.followups import stop_telling_mentors
from sessions_app.afterwards.kinds import KINDS as AFTERWARDS
from sessions_app.afterwards.testimonials import withdraw_all_questions, withdraw_all_words
from sessions_app.asking.kinds import KINDS as ASKING
from sessions_app.attendance.kinds import KINDS as ATTENDANCE
from sessions_app.availability.openings import on_time_opened
from sessions_app.availability.reserved_time import reserving_what_opens
from sessions_app.availability.schedule import zone_of_times
from sessions_app.availability.wording import describe_times as weekly_times
from sessions_app.booking.checks import CONFIGURATION, check_jitsi
from sessions_app.booking.ending import end_for_suspended
from sessions_app.booking.notices.kinds import KINDS as BOOKING
from sessions_app.booking.notices.webhooks import EVENTS
from sessions_app.conversation.kinds import KINDS as CONVERSATION
from sessions_app.conversation.scan_checks import check_scanner
from sessions_app.invites.feeds import describe_feed, stop_feed
from sessions_app.parting import end_between, list_endings
from sessions_app.privacy.forgetting import RULES
from sessions_app.privacy.leaving import end_what_is_ahead
from sessions_app.privacy.tables import TABLES
from sessions_app.questions.programme_usage import count_used_up
from sessions_app.quiet.kinds import KINDS as QUIET
from sessions_app.room.checks import check_relay, warn_of_no_relay
from sessions_app.subjects import SUBJECTS, TEXTS
from sessions_app.views.booking import claim_after_sign_in
from sessions_app.views.today import start_page_of_mentor
from sessions_app.views.waiting import join_after_sign_in
from sessions_app.views.written import ask_after_sign_in
from sessions_app.waiting.kinds import KINDS as WAITING
from sessions_app.waiting.taking_back import release_soon
from sessions_app.written.kinds import KINDS as WRITTEN
from trust.separations import what_would_end, when_parted
from trust.signals.looking import register_sources
from trust.subjects import register_subjects


def register_all() -> None:
    register_tables(*TABLES)
    register_purpose(WORDS, withdraw_all_words)
    register_purpose(QUESTION, withdraw_all_questions)
    register_purpose(OUTCOME, lambda person, now: stop_telling_mentors(person=person, now=now))
    on_leaving.append(end_what_is_ahead)
    retention_rules.extend(RULES)
    for kinds in (WRITTEN, BOOKING, WAITING, ASKING, ATTENDANCE, CONVERSATION, AFTERWARDS, QUIET):
        register_kinds(kinds)
    register_events(EVENTS)
    used_up_counters.append(count_used_up)
    register(check_jitsi, CONFIGURATION)
    register(check_relay, CONFIGURATION)
    register(check_scanner, CONFIGURATION)
    register(warn_of_no_relay, deploy=True)
    ways_in.append(WayIn(describe_feed, stop_feed))
    # Asking first, since it gives way to a time that was held after it.
    after_sign_in.extend([ask_after_sign_in, claim_after_sign_in, join_after_sign_in])
    start_pages.append(start_page_of_mentor)
    around_decision.append(reserving_what_opens)
    on_time_opened.append(release_soon)
    describe_times.append(weekly_times)
    name_zone.append(zone_of_times)
    when_parted.append(end_between)
    what_would_end.append(list_endings)
    register_subjects(*SUBJECTS)
    register_sources(*TEXTS)
    after_suspension.append(lambda now: end_for_suspended(now=now))
