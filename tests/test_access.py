"""Who may open what, and send what to it: every address of the product, tried by everybody.

An address that is not declared below makes this red. To add one: give its name a row in ACCESS, and, if it takes
arguments, the way to them in `Scene`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, resolve, reverse

from accounts.models import Scope, User
from accounts.privacy.exports import ask_export, write_due_copies
from accounts.tokens import make_token
from calendars.connecting import connect_address
from calendars.models import Connection, ConnectionState
from events import urls as events_urls
from events.afterwards.goals import set_goal
from events.models import Event, EventState, Helper, Pairing, Plan, PlanState, Round, Side
from events.registering.office_hours import OfficeHoursInput, offer_office_hours
from mentors.models import Format, MentorProfile, ProfileState, Topic
from mentors.photos import read_photo
from mentors.services import ProfileTexts, save_words
from notifications.models import Group, Notification, WebhookDelivery
from notifications.unsubscribing import token_for
from notifications.webhooks.services import make_endpoint
from programmes.domains import DomainInput, add_domain
from programmes.looks import style_key
from programmes.models import ClaimRule, Invitation, Invitee, Look, Programme
from programmes.words.inviting import decline_url
from search.figures.choosing import SIGNER, choose_mails
from search.models import FigureMail
from sessions_app.afterwards.feedback import give_feedback, give_written_feedback
from sessions_app.asking.advancing import advance_routes
from sessions_app.attendance.acts import join_call, say_absent, settle_silent
from sessions_app.booking.book import book_session
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.counters import counter_request
from sessions_app.booking.notices.webhooks import EVENTS
from sessions_app.conversation.files import add_file
from sessions_app.conversation.messages import send_message
from sessions_app.conversation.uploads import read_upload
from sessions_app.impact.certificates import issue_certificate
from sessions_app.invites.feeds import make_feed
from sessions_app.models import Booking, DateOverride, HeldTime, Message, Route, TimeOff, WaitlistEntry
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import wait_for_help, wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.written.acts import ask_in_writing
from tests.conftest import NOW, at
from tests.events import test_roles as roles
from tests.events.afterwards.evening import meet
from tests.events.making import come, make_event, publish_rows
from tests.mentors.pictures import picture as a_picture
from tests.programmes.listing import invite, upload
from tests.programmes.making import let_in, make_link, make_programme
from tests.signing_in import sign_in
from tests.test_project import routes
from tests.trust.cases import decide, make_team, object_to, take_and_read
from trust.models import Case, Report, ReportKind
from trust.reports import make_report
from trust.subjects import find_reportable

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]

# closed: an account that staff closed while it was signed in. elsewhere: a mentor who has no part in the session.
PEOPLE = ("anonymous", "closed", "stranger", "elsewhere", "mentee", "mentor", "staff")
SIGNED_IN = PEOPLE[2:]
SIGN_IN = "/sign-in/"
APPLY = "/mentor/apply/1/"
NOT_THERE, NOT_ALLOWED, UNKNOWN, NOT_JSON = 404, 405, 401, 415

Outcome = int | str  # a status, or the beginning of the address that one is led to


@dataclass(frozen=True, slots=True)
class Who:
    """`get_in` are treated as the row says; anybody else who is signed in gets `outside`."""

    get_in: tuple[str, ...]
    outside: Outcome = NOT_THERE
    signed_out: Outcome = SIGN_IN
    without_profile: Outcome | None = None

    def outcome(self, person: str, declared: Outcome | dict[str, Outcome]) -> Outcome:
        if isinstance(declared, dict):
            declared = declared.get(person, declared["others"]) if person in self.get_in else self.refused(person)
        elif person not in self.get_in:
            declared = self.refused(person)
        return declared

    def refused(self, person: str) -> Outcome:
        if person not in SIGNED_IN:
            return self.signed_out
        if self.without_profile is not None and person not in ("mentor", "elsewhere"):
            return self.without_profile
        return self.outside


EVERYBODY = Who(PEOPLE)
PERSON = Who(SIGNED_IN)
MENTORS = Who(("mentor", "elsewhere"), without_profile=APPLY)
OWNER = Who(("mentor",), without_profile=APPLY)
PAIR = Who(("mentee", "mentor"))
# Calls of the API are answered to programs, which no sign-in page helps.
CALLER = Who(SIGNED_IN, signed_out=UNKNOWN)
MENTOR_CALLER = Who(("mentor", "elsewhere"), signed_out=UNKNOWN)
PAIR_CALLER = Who(("mentee", "mentor"), signed_out=UNKNOWN)
ITS_CALLER = Who(("mentee",), signed_out=UNKNOWN)
MANAGER_CALLER = Who(("mentor",), signed_out=UNKNOWN)
TEAM_CALLER = Who(("staff",), signed_out=UNKNOWN)
ITS_MENTEE = Who(("mentee",))
ITS_MENTOR = Who(("mentor",))
STAFF = Who(("staff",))


@dataclass(frozen=True, slots=True)
class Row:
    """`post` is what a form with nothing, or `data`, filled in is answered with. `at` names arguments in `Scene`."""

    who: Who
    get: Outcome | dict[str, Outcome] = 200
    post: Outcome | dict[str, Outcome] = NOT_ALLOWED
    at: str = ""
    data: dict[str, str] = field(default_factory=lambda: {"csrfmiddlewaretoken": ""})


VISITORS = ("anonymous", "closed")
# A mentor is led back to the page that all have.
MENTEES_OWN: dict[str, Outcome] = {"mentor": "/events/", "others": 200}
UNCOUNTED = {"api_docs", "api_not_there", "api_schema"}


def visitors(outcome: Outcome, others: Outcome) -> dict[str, Outcome]:
    return {**dict.fromkeys(VISITORS, outcome), "others": others}


def arriving(outcome: Outcome) -> dict[str, Outcome]:
    """Who has signed in already is led to where their work begins."""
    return visitors(outcome, "/") | {"elsewhere": "/mentor/", "mentor": "/mentor/", "staff": "/staff/"}


ACCESS: dict[str, Row] = {
    # common
    "part": Row(Who(("stranger", "elsewhere", "mentee", "staff")), post="/settings/people/", at="apart"),
    "people_apart": Row(PERSON),
    "people_rejoin": Row(PERSON, NOT_ALLOWED, post=NOT_THERE, at="account"),
    "report": Row(ITS_MENTOR, post=422, at="reported"),
    "report_sent": Row(ITS_MENTOR, post=422, at="own_report"),
    "appeal": Row(ITS_MENTEE, post=409, at="appeal"),
    "trust": Row(EVERYBODY),
    "accessibility": Row(EVERYBODY, post=200),
    "help": Row(EVERYBODY, post=200),
    "how_it_works": Row(EVERYBODY, post=200),
    # machines that watch; the test asks from this machine, which may read the metrics
    # The test stands still in time, and PostgreSQL doesn't: a clock that is wrong is ill
    "healthz": Row(EVERYBODY, 503),
    "healthz_live": Row(EVERYBODY),
    "healthz_ready": Row(EVERYBODY),
    "metrics": Row(EVERYBODY),
    # what browsers and search engines ask for by themselves
    "root_icon": Row(EVERYBODY, "/static/icons/", at="icon"),
    "web_manifest": Row(EVERYBODY),
    "site_card": Row(EVERYBODY),
    "mentor_card": Row(EVERYBODY, at="card"),
    "robots": Row(EVERYBODY),
    "sitemap": Row(EVERYBODY),
    "sitemap_section": Row(EVERYBODY, at="section"),
    # events: the team is the staff here, and an address that isn't theirs to open is a 404
    "events": Row(EVERYBODY),
    "event_new": Row(STAFF, post=422),
    "event": Row(EVERYBODY, at="event"),
    "event_calendar": Row(EVERYBODY, at="event"),
    "event_card": Row(EVERYBODY, at="event_card"),
    "event_hours_new": Row(MENTORS, post=422),
    "event_me_too": Row(ITS_MENTEE, NOT_ALLOWED, post="/events/", at="asked"),
    "event_call": Row(PAIR, "/events/", at="hours"),
    "event_register": Row(EVERYBODY, post=422, at="event"),
    "event_answer": Row(ITS_MENTEE, NOT_ALLOWED, post="/events/", at="event"),
    "event_edit": Row(STAFF, post=422, at="event"),
    "event_open": Row(STAFF, NOT_ALLOWED, post="/events/", at="event"),
    "event_cancel": Row(STAFF, post=422, at="event"),
    "event_people": Row(STAFF, at="event"),
    "event_invite": Row(STAFF, NOT_ALLOWED, post="/events/", at="event"),
    "event_wishes": Row(ITS_MENTEE, post="/events/", at="event"),
    "event_plan": Row(STAFF, post="/events/", at="event"),
    "event_tables": Row(STAFF, NOT_ALLOWED, post=422, at="event"),
    "event_meeting": Row(STAFF, post=200, at="meeting"),
    "event_timetable": Row(ITS_MENTEE, "/events/", at="event"),
    "event_print": Row(STAFF, "/events/", at="event"),
    "event_join": Row(PAIR, "/events/", at="pair"),
    "event_pair": Row(PAIR, post=422, at="published_pair"),
    "event_after": Row(PAIR, post="/events/", at="over_event"),
    "event_goal": Row(PAIR, MENTEES_OWN, post={**MENTEES_OWN, "others": 422}, at="over_event"),
    "event_witness": Row(ITS_MENTOR, NOT_ALLOWED, post="/events/", at="goal"),
    "event_report": Row(STAFF, at="over_event"),
    "event_remove": Row(STAFF, NOT_ALLOWED, post=200, at="guest"),
    "event_now": Row(ITS_MENTEE, post="/events/", at="evening"),
    "event_desk": Row(STAFF, post=422, at="evening"),
    "event_walk_in": Row(STAFF, post=422, at="evening"),
    "event_attendance": Row(STAFF, NOT_ALLOWED, post="/events/", at="arriving"),
    # for the room: it shows names and tables to all who have its address, and takes nothing
    "event_board": Row(EVERYBODY, at="board"),
    "event_worker": Row(EVERYBODY),
    # a person's own code, which the desk reads too
    "event_door": Row(Who(("mentee", "staff")), post="/e/", at="door"),
    # about
    "contact": Row(EVERYBODY, post=422),
    "privacy": Row(EVERYBODY),
    "terms": Row(EVERYBODY, NOT_THERE),
    "guide": Row(EVERYBODY),
    "staff_contact": Row(STAFF, post=NOT_THERE),
    "staff_texts": Row(STAFF),
    "staff_policy": Row(STAFF),
    "policy_report": Row(EVERYBODY, NOT_ALLOWED, 204),
    "security_text": Row(EVERYBODY, NOT_THERE),
    "staff_text": Row(STAFF, post="/staff/texts/terms/", at="text_kind"),
    # programmes: the mentor manages one that the mentee is in
    "programmes": Row(PERSON),
    "programme_join": Row(
        EVERYBODY, {"mentee": 200, "others": 200}, visitors(SIGN_IN, "/programmes/"), at="invitation"
    ),
    "programme": Row(PAIR, at="programme"),
    "programme_leave": Row(ITS_MENTEE, NOT_ALLOWED, "/programmes/", at="programme"),
    "programme_minutes": Row(PAIR, NOT_ALLOWED, post=NOT_THERE, at="programme"),
    "programme_shown": Row(PAIR, NOT_ALLOWED, post=NOT_THERE, at="programme"),
    "programme_manage": Row(ITS_MENTOR, at="programme"),
    "programme_figures": Row(ITS_MENTOR, post="/programmes/", at="programme"),
    "programme_try": Row(ITS_MENTOR, post=NOT_ALLOWED, at="programme"),
    "figure_mail": Row(EVERYBODY, post=422, at="figure_mail"),
    "programme_words": Row(ITS_MENTOR, post=422, at="programme"),
    "programme_reminders": Row(ITS_MENTOR, NOT_ALLOWED, NOT_THERE, at="programme"),
    "programme_decline": Row(EVERYBODY, post="/invitations/", at="decline"),
    "programme_rules": Row(ITS_MENTOR, post="/programmes/", at="programme"),
    "programme_look": Row(ITS_MENTOR, post="/programmes/", at="programme"),
    "programme_box": Row(EVERYBODY, at="programme"),
    "look_style": Row(EVERYBODY, at="style"),
    "look_logo": Row(EVERYBODY, at="logo"),
    "programme_settings": Row(ITS_MENTOR, post=422, at="programme"),
    "programme_state": Row(ITS_MENTOR, NOT_ALLOWED, NOT_THERE, at="programme"),
    "programme_copy": Row(ITS_MENTOR, NOT_ALLOWED, "/programmes/", at="programme"),
    "programme_manager_end": Row(ITS_MENTOR, NOT_ALLOWED, "/programmes/", at="own_role"),
    "programme_members": Row(ITS_MENTOR, at="programme"),
    "programme_member": Row(ITS_MENTOR, post=NOT_THERE, at="member"),
    "programme_links": Row(ITS_MENTOR, post=422, at="programme"),
    "programme_link_revoke": Row(ITS_MENTOR, NOT_ALLOWED, "/programmes/", at="link"),
    "programme_list": Row(ITS_MENTOR, post=422, at="programme"),
    "programme_list_check": Row(ITS_MENTOR, post=NOT_THERE, at="programme_with_list"),
    "programme_list_row": Row(ITS_MENTOR, post=NOT_THERE, at="row_of_list"),
    "programme_list_invited": Row(ITS_MENTOR, NOT_ALLOWED, "/programmes/", at="invitee"),
    "programme_invited": Row(ITS_MENTEE, NOT_ALLOWED, "/programmes/", at="programme_of_invited"),
    "staff_programmes": Row(STAFF, post=422),
    "staff_programme": Row(STAFF, post=422, at="programme"),
    "staff_programme_rules": Row(STAFF, post="/staff/programmes/", at="programme"),
    "staff_programme_domains": Row(STAFF, post=422, at="programme"),
    "staff_programme_claims": Row(STAFF, post=422, at="programme"),
    "staff_programme_claim_end": Row(STAFF, NOT_ALLOWED, "/staff/programmes/", at="claim"),
    "staff_programme_domain_remove": Row(STAFF, NOT_ALLOWED, "/staff/programmes/", at="domain"),
    "staff_programme_end": Row(STAFF, NOT_ALLOWED, "/staff/programmes/", at="own_role"),
    # accounts
    "account_login": Row(EVERYBODY, arriving(200), arriving(200)),
    "account_request_login_code": Row(EVERYBODY, arriving(200), arriving(200)),
    "account_confirm_login_code": Row(EVERYBODY, arriving(SIGN_IN), arriving(SIGN_IN)),
    "account_login_password": Row(EVERYBODY, arriving(200), arriving(200)),
    "account_name": Row(EVERYBODY, arriving(SIGN_IN), arriving(SIGN_IN)),
    "account_signup": Row(EVERYBODY, SIGN_IN),
    "account_logout": Row(EVERYBODY, visitors("/", 200), "/"),
    "account_inactive": Row(EVERYBODY, post=NOT_ALLOWED),
    "mfa_authenticate": Row(EVERYBODY, arriving(SIGN_IN), arriving(SIGN_IN)),
    "passkey_sign_in": Row(EVERYBODY, arriving(200), arriving(422)),
    "second_step_lost": Row(EVERYBODY, NOT_ALLOWED, arriving(SIGN_IN)),
    "mfa_reauthenticate": Row(PERSON, "/sign-in/again/code/", "/sign-in/again/code/"),
    "sign_in_settings": Row(PERSON),
    "role_waits": Row(PERSON, "/settings/sign-in/"),
    "app_add": Row(PERSON, "/sign-in/again/", "/sign-in/again/"),
    "passkey_add": Row(PERSON, "/sign-in/again/", "/sign-in/again/"),
    "codes_renew": Row(PERSON, NOT_ALLOWED, "/sign-in/again/"),
    "web_session_end": Row(PERSON, NOT_ALLOWED, NOT_THERE, at="factor"),
    "web_sessions_end": Row(PERSON, NOT_ALLOWED, "/settings/sign-in/"),
    "factor_remove": Row(PERSON, "/sign-in/again/", "/sign-in/again/", at="factor"),
    # The provider that is named here doesn't answer.
    "provider_sign_in": Row(EVERYBODY, NOT_ALLOWED, arriving(400), at="provider"),
    "provider_return": Row(EVERYBODY, 400, at="provider"),
    "provider_answer": Row(EVERYBODY, NOT_ALLOWED, 400, at="saml_provider"),
    "provider_metadata": Row(EVERYBODY, at="saml_provider"),
    "provider_connect": Row(PERSON, NOT_ALLOWED, "/sign-in/again/", at="provider"),
    "connection_remove": Row(PERSON, "/sign-in/again/", "/sign-in/again/", at="factor"),
    "account_reauthenticate": Row(PERSON, post=200),
    "account_reauthenticate_by_code": Row(PERSON, post="/sign-in/again/code/"),
    "account_email_verification_sent": Row(
        EVERYBODY, visitors(SIGN_IN, "/settings/email/"), visitors(SIGN_IN, "/settings/email/")
    ),
    "account_reset_password": Row(EVERYBODY, 200, 200),
    "account_reset_password_done": Row(EVERYBODY),
    "account_reset_password_from_key": Row(EVERYBODY, 200, 200, at="dead_link"),
    "account_reset_password_from_key_done": Row(EVERYBODY),
    "settings": Row(PERSON, post=422),
    "appearance": Row(EVERYBODY, NOT_ALLOWED, "/"),
    "account_email": Row(PERSON, post="/settings/email/"),
    "account_change_password": Row(PERSON, post=200),
    "account_set_password": Row(PERSON, "/settings/password/", "/settings/password/"),
    "time_zone": Row(EVERYBODY, post=422),
    "tokens": Row(PERSON, post="/sign-in/again/"),
    "token_stop": Row(PERSON, NOT_ALLOWED, "/sign-in/again/", at="token"),
    "my_data": Row(PERSON),
    "my_data_copy": Row(PERSON, NOT_ALLOWED, "/sign-in/again/"),
    "my_data_download": Row(ITS_MENTEE, at="copy"),
    "consent_withdraw": Row(PERSON, NOT_ALLOWED, "/settings/data/#consents", at="consent"),
    # Maria is the only owner, and has to name another one first.
    "remove_account": Row(PERSON, get={"staff": 409, "others": 200}, post="/sign-in/again/"),
    "keep_account": Row(EVERYBODY, SIGN_IN, SIGN_IN),
    # notifications
    "notifications": Row(PERSON),
    "notifications_read": Row(PERSON, NOT_ALLOWED, "/notifications/"),
    "notification_settings": Row(PERSON, post="/settings/notifications/"),
    "unsubscribe": Row(EVERYBODY, 200, 200, at="way_out"),
    "staff_deliveries": Row(STAFF),
    "staff_deliveries_retry": Row(STAFF, NOT_ALLOWED, "/staff/deliveries/"),
    "staff_delivery_retry": Row(STAFF, NOT_ALLOWED, "/staff/deliveries/", at="delivery"),
    "staff_webhooks": Row(STAFF),
    "staff_webhook_add": Row(STAFF, post="/sign-in/again/"),
    "staff_webhook": Row(STAFF, at="endpoint"),
    "staff_webhook_change": Row(STAFF, NOT_ALLOWED, "/sign-in/again/", at="endpoint"),
    "staff_webhook_resend_all": Row(STAFF, NOT_ALLOWED, "/staff/webhooks/", at="endpoint"),
    "staff_webhook_resend": Row(STAFF, NOT_ALLOWED, "/staff/webhooks/", at="told"),
    # mentors
    "become_a_mentor": Row(EVERYBODY),
    "mentor_photo": Row(Who(("mentor", "staff"), signed_out=NOT_THERE), at="photo"),
    "mentor_apply": Row(PERSON, post=422, at="first_step"),
    "mentor_profile": Row(MENTORS),
    "mentor_profile_send": Row(MENTORS, NOT_ALLOWED, "/mentor/"),
    "mentor_profile_discard": Row(MENTORS, NOT_ALLOWED, 409),
    "mentor_apply_again": Row(MENTORS, NOT_ALLOWED, "/mentor/apply/1/"),
    "mentor_offers": Row(MENTORS),
    "mentor_offer_add": Row(MENTORS, post=422),
    "mentor_offer_edit": Row(OWNER, post=422, at="offer"),
    "mentor_offer_switch": Row(OWNER, NOT_ALLOWED, 409, at="offer"),
    "staff_topics": Row(STAFF),
    "staff_topic_add": Row(STAFF, post=422),
    "staff_topic_edit": Row(STAFF, post=422, at="topic"),
    # finding and booking
    "home": Row(EVERYBODY),
    "mentor_list": Row(EVERYBODY),
    "mentor_detail": Row(EVERYBODY, post="/mentors/alice-adair/", at="mentor_page"),
    "book": Row(EVERYBODY, "/mentors/alice-adair/", 422, at="mentor_page"),
    "book_email": Row(EVERYBODY, NOT_ALLOWED, "/mentors/alice-adair/", at="mentor_page"),
    "ask": Row(EVERYBODY, "/mentors/alice-adair/", 422, at="mentor_page"),
    "ask_email": Row(EVERYBODY, NOT_ALLOWED, "/mentors/alice-adair/", at="mentor_page"),
    # sessions
    "session_list": Row(PERSON),
    "left_with": Row(PERSON),
    "session": Row(PAIR, at="ahead"),
    "session_join": Row(PAIR, "/sessions/", "/sessions/", at="ahead"),
    "session_room": Row(PAIR, "/sessions/", NOT_ALLOWED, at="ahead"),
    "session_call": Row(PAIR, post=NOT_ALLOWED, at="ahead"),
    "session_attendance": Row(PAIR, NOT_ALLOWED, 422, at="missed"),
    "session_excuse": Row(PAIR, NOT_ALLOWED, 409, at="ahead"),
    "session_confirm": Row(PAIR, NOT_ALLOWED, 409, at="ahead"),
    "my_ledger": Row(PERSON),
    "session_calendar": Row(PAIR, at="ahead"),
    "session_question": Row(PAIR, {"mentor": "/sessions/", "others": 200}, post=422, at="ahead"),
    "session_files": Row(PAIR, post=422, at="ahead"),
    "shared_file": Row(PAIR, at="picture"),
    "shared_file_small": Row(PAIR, at="picture"),
    "shared_file_remove": Row(PAIR, NOT_ALLOWED, "/sessions/", at="picture"),
    "session_move": Row(PAIR, post=422, at="ahead"),
    "session_cancel": Row(PAIR, post="/sessions/", at="ahead"),
    "session_respond": Row(ITS_MENTOR, post=200, at="request"),
    "session_counter": Row(ITS_MENTOR, post=422, at="request"),
    "session_choose": Row(ITS_MENTEE, NOT_ALLOWED, 409, at="countered"),
    "session_feedback": Row(PAIR, post=422, at="over"),
    "session_words": Row(ITS_MENTEE, NOT_ALLOWED, "/sessions/", at="answered"),
    "session_further": Row(ITS_MENTEE, at="ahead"),
    "session_further_check": Row(ITS_MENTEE, "/sessions/", 422, at="ahead"),
    "session_step": Row(ITS_MENTEE, post=422, at="over"),
    "session_more_time": Row(PAIR, NOT_ALLOWED, 409, at="ahead"),
    "session_takeaway": Row(PAIR, post="/sessions/", at="over"),
    "session_card": Row(PAIR, at="over"),
    "session_card_text": Row(PAIR, at="over"),
    "session_follow_up": Row(ITS_MENTEE, post=422, at="follow_up"),
    "message_list": Row(PERSON),
    "thread": Row(PAIR, post=422, at="thread"),
    "thread_read": Row(PAIR, NOT_ALLOWED, "/messages/", at="thread"),
    "thread_files": Row(PAIR, post=422, at="written"),
    "written_end": Row(PAIR, post={"mentor": 422, "others": "/messages/"}, at="written"),
    "written_feedback": Row(ITS_MENTEE, post=422, at="replied"),
    "written_words": Row(ITS_MENTEE, NOT_ALLOWED, "/messages/", at="replied"),
    "written_follow_up": Row(ITS_MENTEE, post=422, at="written_later"),
    "wait": Row(EVERYBODY, visitors("/mentors/", "/waiting/"), "/mentors/"),
    "wait_email": Row(EVERYBODY, NOT_ALLOWED, visitors("/mentors/", "/waiting/")),
    "waiting_list": Row(PERSON),
    "waiting_leave": Row(ITS_MENTEE, NOT_ALLOWED, "/waiting/", at="waiting"),
    "held_time": Row(ITS_MENTEE, post=422, at="held"),
    "asked_for_help": Row(ITS_MENTOR, post=422, at="route"),
    "saved_mentors": Row(PERSON),
    "save_mentor": Row(EVERYBODY, NOT_ALLOWED, visitors(SIGN_IN, "/saved/")),
    "saved_gone": Row(PERSON, NOT_ALLOWED, "/saved/"),
    "calendar_feed": Row(EVERYBODY, at="feed"),
    "calendar_settings": Row(PERSON, post=200),
    "external_calendars": Row(PERSON, post=422),
    "calendar_consent": Row(PERSON, NOT_ALLOWED, 200, at="calendar_service"),
    "calendar_consent_return": Row(PERSON, "/settings/calendars/", at="calendar_service"),
    "calendar_writing": Row(PERSON, NOT_ALLOWED, "/settings/calendars/"),
    "external_calendar": Row(ITS_MENTEE, NOT_ALLOWED, 422, at="external"),
    # a mentor's own pages
    "mentor_today": Row(MENTORS),
    "mentor_feedback": Row(MENTORS),
    "mentor_record": Row(MENTORS),
    "mentor_certificates": Row(MENTORS, post=422),
    "mentor_certificate": Row(OWNER, at="certificate"),
    "certificate_check": Row(EVERYBODY, at="certificate"),
    "free_now": Row(MENTORS, NOT_ALLOWED, "/mentor/"),
    "still_here": Row(MENTORS, post=409),
    "mentor_availability": Row(MENTORS, post=422),
    "mentor_date_add": Row(MENTORS, post=422),
    "mentor_date": Row(OWNER, post=422, at="override"),
    "mentor_time_off_add": Row(MENTORS, post=422),
    "mentor_time_off": Row(OWNER, post=422, at="time_off"),
    # staff
    "staff_home": Row(STAFF),
    "staff_people": Row(STAFF),
    "staff_person": Row(STAFF, at="account"),
    "staff_session": Row(STAFF, at="ahead"),
    "staff_unmet": Row(STAFF),
    "staff_asks": Row(STAFF),
    "staff_ask_mentor": Row(STAFF, NOT_ALLOWED, "/staff/asks/", at="ask"),
    "staff_reading": Row(STAFF, post=422),
    "staff_outcomes": Row(STAFF),
    "staff_clock": Row(STAFF),
    "staff_clock_retry": Row(STAFF, NOT_ALLOWED, "/staff/clock/"),
    "staff_ledgers": Row(STAFF, post=404),
    "staff_letter": Row(STAFF, post=422, at="account"),
    "staff_letters": Row(STAFF, post=404),
    # There is none: who gets one is in tests/staff/test_letters.py.
    "staff_letter_copy": Row(STAFF, get=404, at="account"),
    "staff_role_end": Row(STAFF, get=NOT_ALLOWED, post=404),
    "staff_roles": Row(STAFF, post=422),
    "staff_trace": Row(STAFF),
    "staff_cases": Row(STAFF),
    "staff_case": Row(STAFF, post=422, at="case"),
    "staff_exhibit": Row(STAFF, at="exhibit"),
    "staff_signals": Row(STAFF, post=404),
    "staff_appeals": Row(STAFF),
    "staff_appeal": Row(STAFF, post=422, at="appeal"),
    "staff_resets": Row(STAFF),
    "staff_reset_approve": Row(STAFF, NOT_ALLOWED, "/staff/second-steps/", at="account"),
    "staff_words": Row(STAFF, post=422),
    "staff_attendance": Row(STAFF, post=422),
    "staff_profiles": Row(STAFF),
    "staff_profile": Row(STAFF, post=422, at="mentor_page"),
    # programs; what is sent here is a form, so nothing happens
    "api_topics": Row(EVERYBODY),
    "api_mentor": Row(EVERYBODY, at="mentor_page"),
    "api_mentors": Row(EVERYBODY),
    "api_slots": Row(EVERYBODY, 400, at="mentor_page"),
    "api_bookings": Row(CALLER, post=NOT_JSON),
    "api_booking": Row(PAIR_CALLER, at="ahead"),
    "api_booking_cancel": Row(PAIR_CALLER, NOT_ALLOWED, NOT_JSON, at="ahead"),
    "api_booking_reschedule": Row(PAIR_CALLER, NOT_ALLOWED, NOT_JSON, at="ahead"),
    "api_booking_accept": Row(Who(("mentor",), signed_out=UNKNOWN), NOT_ALLOWED, NOT_JSON, at="request"),
    "api_booking_counter": Row(Who(("mentor",), signed_out=UNKNOWN), NOT_ALLOWED, NOT_JSON, at="request"),
    "api_booking_choose": Row(Who(("mentee",), signed_out=UNKNOWN), NOT_ALLOWED, NOT_JSON, at="countered"),
    "api_booking_decline": Row(Who(("mentor",), signed_out=UNKNOWN), NOT_ALLOWED, NOT_JSON, at="request"),
    "api_booking_attendance": Row(PAIR_CALLER, NOT_ALLOWED, NOT_JSON, at="ahead"),
    "api_booking_further": Row(ITS_CALLER, NOT_ALLOWED, NOT_JSON, at="ahead"),
    "api_booking_feedback": Row(PAIR_CALLER, at="over"),
    "api_booking_room": Row(PAIR_CALLER, NOT_ALLOWED, NOT_JSON, at="ahead"),
    "api_booking_signals": Row(PAIR_CALLER, NOT_ALLOWED, NOT_JSON, at="ahead"),
    "api_engagements": Row(CALLER, post=NOT_JSON),
    "api_engagement": Row(PAIR_CALLER, at="written"),
    "api_engagement_messages": Row(PAIR_CALLER, post=NOT_JSON, at="written"),
    "api_engagement_files": Row(PAIR_CALLER, post=400, at="written"),
    "api_file": Row(PAIR_CALLER, at="picture"),
    "api_engagement_read": Row(PAIR_CALLER, NOT_ALLOWED, NOT_JSON, at="written"),
    "api_engagement_decline": Row(PAIR_CALLER, NOT_ALLOWED, NOT_JSON, at="written"),
    "api_engagement_withdraw": Row(PAIR_CALLER, NOT_ALLOWED, NOT_JSON, at="written"),
    "api_engagement_feedback": Row(ITS_CALLER, at="replied"),
    "api_asks": Row(CALLER, post=NOT_JSON),
    "api_ask": Row(ITS_CALLER, at="ask"),
    "api_events": Row(EVERYBODY),
    "api_event": Row(EVERYBODY, at="event"),
    "api_event_me": Row(ITS_CALLER, at="event"),
    "api_event_register": Row(CALLER, NOT_ALLOWED, NOT_JSON, at="event"),
    "api_event_cancel": Row(ITS_CALLER, NOT_ALLOWED, NOT_JSON, at="event"),
    "api_event_take_place": Row(ITS_CALLER, NOT_ALLOWED, NOT_JSON, at="event"),
    "api_event_wishes": Row(ITS_CALLER, at="event"),
    "api_event_plans": Row(TEAM_CALLER, NOT_ALLOWED, NOT_JSON, at="event"),
    "api_event_plan": Row(TEAM_CALLER, at="plan"),
    "api_event_publish": Row(TEAM_CALLER, NOT_ALLOWED, NOT_JSON, at="plan"),
    "api_me": Row(CALLER),
    "api_export": Row(CALLER, NOT_ALLOWED, NOT_JSON),
    "api_reports": Row(CALLER, NOT_ALLOWED, NOT_JSON),
    "api_separations": Row(CALLER, post=NOT_JSON),
    "api_separation": Row(CALLER, NOT_ALLOWED, NOT_ALLOWED, at="account"),
    "api_calendars": Row(CALLER, post=NOT_JSON),
    "api_calendar": Row(ITS_CALLER, at="external"),
    "api_calendar_look": Row(ITS_CALLER, NOT_ALLOWED, NOT_JSON, at="external"),
    "api_programmes": Row(CALLER),
    "api_programme_figures": Row(MANAGER_CALLER, at="programme"),
    "api_programme_members": Row(MANAGER_CALLER, at="programme"),
    "api_programme_roster": Row(MANAGER_CALLER, NOT_ALLOWED, NOT_ALLOWED, at="programme"),
    "api_saved": Row(CALLER),
    "api_save": Row(CALLER, NOT_ALLOWED, at="mentor_page"),
    "api_schedule": Row(MENTOR_CALLER),
    "api_notifications": Row(CALLER),
    "api_schema": Row(EVERYBODY),
    "api_docs": Row(EVERYBODY),
    "api_not_there": Row(EVERYBODY, NOT_THERE, NOT_THERE),
    "staff_profile_act": Row(STAFF, post=422, at="suspension"),
}

# The feed keeps when it was fetched last, for its owner; the API counts how often it is asked; and it is kept who of
# staff looked at whom.
NOTED_BY_LOOKING = {
    "calendar_feed": {"sessions_app_calendarfeed"},
    "mentor_card": {"mentors_sharecard"},
    "staff_person": {"accounts_trace"},
    "staff_session": {"accounts_trace"},
    **{
        name: {"accounts_requestcount"}
        for name, row in ACCESS.items()
        if name.startswith("api_") and name not in UNCOUNTED and row.get != NOT_ALLOWED
    },
}

# Pages of these names exist in development only.
DEVELOPMENT = {"kit", "dev_mail", "dev_mail_message", "dev_mail_part", "dev_mail_attachment"}


@dataclass
class Scene:
    """The people, and what the addresses are about; each is made when it is asked for."""

    people: dict[str, User | None]

    @cached_property
    def offer(self) -> UUID:
        return self.mentor.offers.timed().get().uuid

    provider, saml_provider, calendar_service = "uni", "campus", "google"

    @property
    def mentor(self) -> MentorProfile:
        return self.person("mentor").mentor_profile

    def person(self, name: str) -> User:
        person = self.people[name]
        assert person is not None
        return person

    def book(self, start: str, *, now: str = "", instant: bool = True) -> Booking:
        offer = self.mentor.offers.timed().get()
        offer.instant = instant
        offer.save()
        moment = at(now) if now else NOW
        brief = BriefInput(question="Do I take the offer?")
        return book_session(offer=offer, start=at(start), brief=brief, mentee=self.person("mentee"), now=moment)

    @cached_property
    def ahead(self) -> UUID:
        return self.book("2026-11-26 14:30").uuid

    @property
    def apart(self) -> tuple[str, str]:
        return "profile", self.mentor.slug

    @property
    def factor(self) -> int:
        """A second step that nobody has."""
        return 10**12

    @property
    def consent(self) -> str:
        return "words_shown"

    @property
    def account(self) -> UUID:
        return self.person("mentee").uuid

    @cached_property
    def copy(self) -> UUID:
        """Of the mentee's data."""
        export = ask_export(person=self.person("mentee"), now=NOW)
        write_due_copies(now=NOW)
        return export.uuid

    @cached_property
    def programme(self) -> str:
        """Managed by the mentor; the mentee is in it."""
        found = make_programme(self.mentor.person, self.person("staff"))
        let_in(self.person("mentee"), found, self.mentor.person)
        return found.slug

    @cached_property
    def figure_mail(self) -> str:
        programme = Programme.objects.get(slug=self.programme)
        choose_mails(programme=programme, rhythms=["weekly"], by=self.mentor.person, now=NOW)
        return SIGNER.sign(FigureMail.objects.get().pk)

    @property
    def style(self) -> tuple[str, str]:
        return "336699", style_key("#336699")

    @property
    def logo(self) -> str:
        found = Programme.objects.get(slug=self.programme)
        return Look.objects.update_or_create(programme=found, defaults={"logo": b"logo", "logo_key": "1f"})[0].logo_key

    @property
    def own_role(self) -> tuple[str, UUID]:
        return self.programme, self.mentor.person.uuid

    @property
    def member(self) -> tuple[str, UUID]:
        return self.programme, self.account

    @property
    def link(self) -> tuple[str, int]:
        return self.programme, Invitation.objects.get(programme__slug=self.programme).pk

    @cached_property
    def programme_with_list(self) -> str:
        found = Programme.objects.get(slug=self.programme)
        upload(found, self.mentor.person, "email", "a@example.org")
        return found.slug

    @cached_property
    def row_of_list(self) -> tuple[str, int]:
        return self.programme_with_list, 2

    @cached_property
    def invitee(self) -> tuple[str, int]:
        found = Programme.objects.get(slug=self.programme)
        invite(found, self.mentor.person, "email", "a@example.org")
        return found.slug, Invitee.objects.get(programme=found).pk

    @cached_property
    def decline(self) -> str:
        return decline_url(Invitee.objects.get(pk=self.invitee[1])).rstrip("/").rpartition("/")[2]

    @cached_property
    def domain(self) -> tuple[str, int]:
        found, given = Programme.objects.get(slug=self.programme), DomainInput("uni.example", True, True, False)
        return found.slug, add_domain(programme=found, given=given, by=self.person("staff"), now=NOW).pk

    @cached_property
    def claim(self) -> tuple[str, int]:
        found = Programme.objects.get(slug=self.programme)
        said = {"provider": "uni", "claim": "groups", "value": "staff", "by": self.person("staff"), "at": NOW}
        return found.slug, ClaimRule.objects.create(programme=found, **said).pk

    @cached_property
    def programme_of_invited(self) -> str:
        """Whose list has the mentee, who could look for mentors in it before."""
        found = Programme.objects.get(slug=self.programme)
        Invitee.objects.create(programme=found, address=self.person("mentee").email, gives=True, invited_at=NOW)
        return found.slug

    @cached_property
    def invitation(self) -> str:
        found = Programme.objects.get(slug=self.programme)
        return make_link(found, self.mentor.person)[1]

    @cached_property
    def event(self) -> str:
        """Speed mentoring of the staff, for which the mentee is registered."""
        event = make_event(self.person("staff"))
        come(event, self.person("mentee"))
        return event.slug

    @cached_property
    def meeting(self) -> tuple[str, int, int, int]:
        """In a plan of that event: the mentee and the mentor meet."""
        event = Event.objects.get(slug=self.event)
        mentor = come(event, self.mentor.person, side=Side.MENTOR)
        mentee = event.registrations.get(person=self.person("mentee"))
        staff = self.person("staff")
        fields = {"state": PlanState.PROPOSED, "by": staff, "asked_at": NOW, "number": 1}
        plan = Plan.objects.create(event=event, meetings=[[mentee.pk, mentor.pk, 1, None]], **fields)
        return event.slug, plan.number, mentee.pk, mentor.pk

    @cached_property
    def evening(self) -> str:
        """The same event with a timetable, nine days before it takes place."""
        event = Event.objects.get(slug=self.event)
        publish_rows(event, [])
        return event.slug

    @property
    def arriving(self) -> tuple[str, UUID]:
        return self.evening, self.door

    @property
    def door(self) -> UUID:
        return Event.objects.get(slug=self.evening).registrations.get().uuid

    @property
    def board(self) -> str:
        return Event.objects.get(slug=self.evening).board_key

    @cached_property
    def pair(self) -> tuple[str, UUID]:
        """The mentee and the mentor at that event; they meet at a table, so there is no call."""
        slug, _number, *pair = self.meeting
        event = Event.objects.get(slug=slug)
        one, other = sorted(pair)
        start = event.start
        place = Round.objects.create(event=event, number=1, during=(start, start + timedelta(minutes=10)))
        return slug, Pairing.objects.create(event=event, one_id=one, other_id=other, round=place).uuid

    @cached_property
    def published_pair(self) -> tuple[str, UUID]:
        """The same two once the timetable is published; their round isn't called."""
        slug, uuid = self.pair
        Event.objects.filter(slug=slug).update(state=EventState.SCHEDULED)
        return slug, uuid

    @cached_property
    def hours(self) -> str:
        """Office hours of the mentor, for which the mentee is registered."""
        said = OfficeHoursInput("Office hours", "", at("2026-11-26 14:00"), 45, 6)
        event = offer_office_hours(host=self.mentor.person, said=said, now=NOW)
        come(event, self.person("mentee"))
        return event.slug

    @property
    def asked(self) -> tuple[str, UUID]:
        return self.hours, Event.objects.get(slug=self.hours).registrations.get().uuid

    @cached_property
    def over_event(self) -> str:
        """Speed mentoring of the staff that is over, at which mentee and mentor met."""
        event = make_event(self.person("staff"))
        mentor = come(event, self.mentor.person, side=Side.MENTOR)
        meet(mentor, come(event, self.person("mentee")))
        Event.objects.filter(pk=event.pk).update(state=EventState.OVER, ended_at=NOW)
        return event.slug

    @cached_property
    def goal(self) -> tuple[str, UUID]:
        """Of the mentee there; the mentor is asked to be its witness."""
        event = Event.objects.get(slug=self.over_event)
        own, witness = (event.registrations.get(person=self.person(who)) for who in ("mentee", "mentor"))
        set_goal(registration=own, text="Asked for the level", witness=witness, now=NOW)
        return event.slug, own.uuid

    @property
    def plan(self) -> tuple[str, int]:
        return self.meeting[:2]

    @property
    def guest(self) -> tuple[str, UUID]:
        event = Event.objects.get(slug=self.event)
        return event.slug, event.registrations.get().uuid

    @property
    def text_kind(self) -> str:
        return "terms"

    @cached_property
    def picture(self) -> UUID:
        """Shared by the mentee."""
        booking = Booking.objects.get(uuid=self.ahead)
        upload = read_upload(SimpleUploadedFile("me.jpg", a_picture()))
        return add_file(engagement=booking.engagement, upload=upload, by=self.person("mentee"), now=NOW).uuid

    @cached_property
    def message(self) -> UUID:
        """Of the mentee: only the mentor can find something wrong with it."""
        engagement = Booking.objects.get(uuid=self.ahead).engagement
        mentee = self.person("mentee")
        return send_message(engagement=engagement, body="Here it is.", by=mentee, now=NOW, key="k").uuid

    @cached_property
    def thread(self) -> UUID:
        return Message.objects.get(uuid=self.message).engagement.uuid

    @cached_property
    def reported(self) -> tuple[str, UUID]:
        return "message", self.message

    @cached_property
    def own_report(self) -> UUID:
        """The mentor's, about a message of the mentee."""
        mentor = self.person("mentor")
        found = find_reportable("message", str(self.message), mentor)
        return make_report(found=found, kind=ReportKind.OTHER, words="", by=mentor, now=NOW).uuid

    @cached_property
    def case(self) -> UUID:
        return Report.objects.get(uuid=self.own_report).case.uuid

    @cached_property
    def exhibit(self) -> tuple[UUID, int]:
        """A file of the mentee, for who has taken the case and said why they read it."""
        mentor, staff = self.person("mentor"), self.person("staff")
        found = find_reportable("file", str(self.picture), mentor)
        case = make_report(found=found, kind=ReportKind.OTHER, words="", by=mentor, now=NOW).case
        take_and_read(case, staff)
        return case.uuid, case.exhibits.get().pk

    @cached_property
    def appeal(self) -> UUID:
        """Of the mentee, against what a moderator who isn't the staff decided."""
        case = Case.objects.get(uuid=self.case)
        decide(case, make_team(1)[0])
        return object_to(case).sanction.uuid

    @cached_property
    def written(self) -> UUID:
        """A question in writing that waits for its answer."""
        offer, mentee = self.mentor.offers.create(length=15, format=Format.WRITING), self.person("mentee")
        brief = BriefInput(question="Do I take the offer?")
        return ask_in_writing(offer=offer, brief=brief, mentee=mentee, now=NOW, key="k").engagement.uuid

    @cached_property
    def replied(self) -> UUID:
        """One that was answered four days ago, and what its mentee said of the answer."""
        offer, mentee = self.mentor.offers.create(length=15, format=Format.WRITING), self.person("mentee")
        brief, then = BriefInput(question="Is it fair?"), at("2026-11-20 10:00")
        written = ask_in_writing(offer=offer, brief=brief, mentee=mentee, now=then, key="replied")
        said = {"engagement": written.engagement, "by": self.person("mentor"), "now": then, "key": "k"}
        send_message(body="It is.", answers=True, **said)
        answers = {"resolution": "yes", "left_with": "A number.", "may_publish": True}
        give_written_feedback(written=written, by=mentee, now=NOW, answers=answers)
        return written.engagement.uuid

    @cached_property
    def written_later(self) -> tuple[UUID, str]:
        return self.replied, "3-days"

    @cached_property
    def request(self) -> UUID:
        return self.book("2026-11-26 14:30", instant=False).uuid

    @cached_property
    def countered(self) -> UUID:
        """A request whose mentor offers another time."""
        booking = Booking.objects.get(uuid=self.request)
        counter_request(booking=booking, starts=[at("2026-11-27 10:00")], by=self.person("mentor"), now=NOW)
        return self.request

    @cached_property
    def over(self) -> UUID:
        booking = self.book("2026-11-20 10:00", now="2026-11-19 10:00")
        complete_ended(now=NOW)
        return booking.uuid

    @cached_property
    def missed(self) -> UUID:
        """By the mentor."""
        booking, mentee = self.book("2026-11-20 10:00", now="2026-11-19 10:00"), self.person("mentee")
        join_call(booking=booking, by=mentee, now=booking.start)
        say_absent(booking=booking, by=mentee, now=at("2026-11-20 10:05"))
        settle_silent(now=at("2026-11-20 10:15"))
        return booking.uuid

    @cached_property
    def answered(self) -> UUID:
        booking = Booking.objects.get(uuid=self.over)
        answers = {"resolution": "yes", "left_with": "A number.", "may_publish": True}
        give_feedback(booking=booking, by=self.person("mentee"), now=NOW, answers=answers)
        return booking.uuid

    @cached_property
    def follow_up(self) -> tuple[UUID, str]:
        return self.over, "3-days"

    @cached_property
    def waiting(self) -> UUID:
        mentee = self.person("mentee")
        return wait_for_mentor(profile=self.mentor, words="Which?", known=[], person=mentee, now=NOW).uuid

    @cached_property
    def held(self) -> UUID:
        _ = self.waiting
        hand_out_freed_time(now=NOW)
        return HeldTime.objects.get().uuid

    @cached_property
    def route(self) -> UUID:
        """The mentor is asked for a time, for the mentee."""
        words, mentee = self.mentor.asks[0], self.person("mentee")
        wait_for_help(words=words, filters="", person=mentee, now=NOW, asks_mentors=True)
        advance_routes(now=NOW)
        return Route.objects.get().uuid

    @property
    def ask(self) -> UUID:
        _ = self.route
        return WaitlistEntry.objects.get().uuid

    @cached_property
    def certificate(self) -> str:
        _ = self.over
        days = {"first_day": date(2026, 11, 1), "last_day": date(2026, 11, 24)}
        return issue_certificate(mentor=self.person("mentor"), now=NOW, **days).code

    @cached_property
    def mentor_page(self) -> str:
        return self.mentor.slug

    @cached_property
    def suspension(self) -> tuple[str, str]:
        return self.mentor.slug, "suspend"

    @cached_property
    def photo(self) -> tuple[str, str, int]:
        """One that staff have not looked at yet."""
        picture = read_photo(SimpleUploadedFile("me.jpg", a_picture()))
        draft = save_words(profile=self.mentor, words=ProfileTexts(), photo=picture)
        return self.mentor.slug, Path(draft.photo.name).stem, 256

    @property
    def event_card(self) -> tuple[str, int]:
        return self.event, 1

    @property
    def card(self) -> tuple[str, int]:
        return self.mentor.slug, self.mentor.version

    @property
    def icon(self) -> str:
        return "favicon.ico"

    @property
    def section(self) -> str:
        return "mentors"

    @cached_property
    def first_step(self) -> int:
        return 1

    @cached_property
    def dead_link(self) -> dict[str, str]:
        return {"uidb36": "1", "key": "never-made"}

    @cached_property
    def topic(self) -> str:
        return Topic.objects.create(name="Negotiation", slug="negotiation").slug

    @cached_property
    def override(self) -> int:
        return DateOverride.objects.create(schedule=self.mentor.schedule, date=date(2026, 12, 4)).pk

    @cached_property
    def time_off(self) -> int:
        span = {"first": date(2026, 12, 7), "last": date(2026, 12, 8)}
        return TimeOff.objects.create(schedule=self.mentor.schedule, **span).pk

    @cached_property
    def feed(self) -> str:
        token = make_feed(person=self.person("mentee"), replaces=None, now=NOW)
        assert token
        return token

    @cached_property
    def external(self) -> UUID:
        """Counted, and read never again in these tests."""
        made = connect_address(person=self.person("mentee"), address="https://example.org/a.ics", now=NOW)
        Connection.objects.filter(pk=made.pk).update(state=ConnectionState.ACTIVE, synced_at=NOW)
        return made.uuid

    @cached_property
    def way_out(self) -> str:
        return token_for(self.person("mentee"), Group.REMINDERS)

    @cached_property
    def token(self) -> UUID:
        made, _text = make_token(person=self.person("mentee"), name="Mine", scope=Scope.READ, days=30, now=NOW)
        return made.uuid

    @cached_property
    def endpoint(self) -> UUID:
        made = make_endpoint(url="https://example.org/in", events=EVENTS, by=self.person("staff"), now=NOW)
        return made.uuid

    @cached_property
    def told(self) -> UUID:
        _ = self.endpoint, self.ahead
        return WebhookDelivery.objects.get().uuid

    @cached_property
    def delivery(self) -> int:
        _ = self.ahead
        return Notification.objects.earliest("pk").pk

    def address(self, name: str, args: Any = None) -> str:
        row = ACCESS[name]
        found = getattr(self, row.at) if row.at and args is None else args
        if isinstance(found, dict):
            return reverse(name, kwargs=found)
        return reverse(name, args=found if isinstance(found, tuple) else [found] if row.at else [])


@pytest.fixture
def scene(alice, bob, charlie, closed, dora, maria, settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    settings.OIDC_PROVIDERS = "uni name=Uni issuer=https://127.0.0.1:9 client_id=a secret=b"
    settings.CALENDAR_PROVIDERS = "google client_id=a secret=b"
    settings.SAML_PROVIDERS = "campus name=Campus entity_id=a metadata=https://127.0.0.1:9"
    return Scene(
        {
            "anonymous": None,
            "closed": closed,
            "stranger": charlie,
            "elsewhere": dora,
            "mentee": bob,
            "mentor": alice,
            "staff": maria,
        }
    )


@pytest.fixture
def client_as(scene, client_for) -> Callable[[str], Client]:
    """The browser of one of them, signed in; an error of ours is its answer."""
    return lambda name: browser_of(scene.people[name], client_for)


@pytest.fixture
def clients(scene, client_for) -> dict[str, Client]:
    found = {name: browser_of(person, client_for) for name, person in scene.people.items()}
    User.objects.filter(email="closed@example.org").update(is_active=False)
    return found


def browser_of(person: User | None, client_for: Callable[[User], Client]) -> Client:
    client = client_for(person) if person else Client()
    client.raise_request_exception = False
    return client


def test_every_route_is_declared():
    names = {pattern.name or where for where, pattern in routes(get_resolver())} - DEVELOPMENT

    assert (names - ACCESS.keys(), ACCESS.keys() - names) == (set(), set())


def test_every_page_of_an_event_is_also_asked_as_its_lead_and_its_desk():
    """This file knows no team but staff: a new page goes into `PAGES` or `ACTS` there as well."""
    assert {one.name for one in events_urls.urlpatterns} == {*roles.PAGES, *roles.ACTS, *roles.APART}


@pytest.mark.parametrize("name", ACCESS)
def test_access_by_get_and_looking_changes_nothing(name, scene, clients):
    row, address = ACCESS[name], scene.address(name)
    before = rows_of_our_tables()

    found = {person: outcome_of(client.get(address)) for person, client in clients.items()}

    assert found == wanted(row.who, row.get, found)
    changed = {table for table, rows in rows_of_our_tables().items() if rows != before[table]}
    assert changed == NOTED_BY_LOOKING.get(name, set())


BY_FORM = [name for name, row in ACCESS.items() if NOT_ALLOWED not in (row.get, row.post)]


@pytest.mark.parametrize("name", BY_FORM)
def test_a_page_with_a_form_answers_programs_that_only_look_whether_it_is_there(name, scene, client_as):
    """Mail scanners and checkers of links send HEAD, to all that mails lead to."""
    person = next(person for person in scene.people if person in ACCESS[name].who.get_in)

    assert client_as(person).head(scene.address(name)).status_code != NOT_ALLOWED


@pytest.mark.parametrize("name", ACCESS)
def test_access_by_post(name, scene, clients):
    row, address = ACCESS[name], scene.address(name)

    found = {
        person: outcome_of(undone(lambda c=client: c.post(address, row.data))) for person, client in clients.items()
    }

    assert found == wanted(row.who, row.post, found)


FOR_STAFF = [name for name, row in ACCESS.items() if "staff" in row.who.get_in and "stranger" not in row.who.get_in]
ROLE_WAITS = "/settings/sign-in/role/"


@pytest.mark.parametrize("name", FOR_STAFF)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_without_a_second_step_opens_nothing(name, method, scene, clients):
    """Pages of staff lead to where it wakes up; all others answer as they answer a stranger.

    Who is named in the team of an event leads it without a role.
    """
    asleep = Client(raise_request_exception=False)
    sign_in(asleep, scene.person("staff"), second_step=False)
    address = scene.address(name)
    Helper.objects.filter(person=scene.person("staff")).delete()

    answers = [undone(lambda c=one: getattr(c, method)(address)) for one in (asleep, clients["stranger"])]

    found, strangers = (outcome_of(answer) for answer in answers)
    is_page_of_staff = name == "staff_home" or hasattr(get_view(address), "power")
    wanted = ROLE_WAITS if is_page_of_staff and strangers != NOT_ALLOWED else strangers
    assert str(found).partition("?")[0] == str(wanted)


def get_view(address: str) -> Callable[..., Any]:
    return resolve(address.partition("?")[0]).func


MADE_UP = {
    "account": UUID("00000000-0000-4000-8000-000000000000"),
    "ahead": UUID("00000000-0000-4000-8000-000000000000"),
    "certificate": "22222-22222-22222-22222",
    "answered": UUID("00000000-0000-4000-8000-000000000000"),
    "board": "A" * 16,
    "door": UUID("00000000-0000-4000-8000-000000000000"),
    "evening": "no-such-event",
    "delivery": 10**12,
    "endpoint": UUID("00000000-0000-4000-8000-000000000000"),
    "told": UUID("00000000-0000-4000-8000-000000000000"),
    "feed": "A" * 43,
    "held": UUID("00000000-0000-4000-8000-000000000000"),
    "route": UUID("00000000-0000-4000-8000-000000000000"),
    "waiting": UUID("00000000-0000-4000-8000-000000000000"),
    "goal": ("nothing", UUID("00000000-0000-4000-8000-000000000000")),
    "follow_up": (UUID("00000000-0000-4000-8000-000000000000"), "3-days"),
    "message": UUID("00000000-0000-4000-8000-000000000000"),
    "mentor_page": "nobody-at-all",
    "missed": UUID("00000000-0000-4000-8000-000000000000"),
    "offer": UUID("00000000-0000-4000-8000-000000000000"),
    "over": UUID("00000000-0000-4000-8000-000000000000"),
    "override": 10**12,
    "photo": ("nobody-at-all", "0" * 32, 256),
    "picture": UUID("00000000-0000-4000-8000-000000000000"),
    "reported": ("message", UUID("00000000-0000-4000-8000-000000000000")),
    "own_report": UUID("00000000-0000-4000-8000-000000000000"),
    "case": UUID("00000000-0000-4000-8000-000000000000"),
    "exhibit": (UUID("00000000-0000-4000-8000-000000000000"), 10**12),
    "appeal": UUID("00000000-0000-4000-8000-000000000000"),
    "request": UUID("00000000-0000-4000-8000-000000000000"),
    "suspension": ("nobody-at-all", "suspend"),
    "thread": UUID("00000000-0000-4000-8000-000000000000"),
    "time_off": 10**12,
    "topic": "nothing-at-all",
    "written": UUID("00000000-0000-4000-8000-000000000000"),
    "replied": UUID("00000000-0000-4000-8000-000000000000"),
    "written_later": (UUID("00000000-0000-4000-8000-000000000000"), "3-days"),
    "way_out": "1:reminders:made-up",
}
GUARDED = [name for name, row in ACCESS.items() if row.at in MADE_UP and row.who is not EVERYBODY]


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_outsiders_cannot_tell_what_exists(name, method, scene, clients):
    row = ACCESS[name]
    real, made_up = scene.address(name), scene.address(name, MADE_UP[row.at])

    for person in set(PEOPLE) - set(row.who.get_in):
        told = [
            answer_of(undone(lambda c=clients[person], a=address: getattr(c, method)(a)), address)
            for address in (real, made_up)
        ]
        assert told[0] == told[1], person


@pytest.mark.parametrize("name", [name for name, row in ACCESS.items() if row.at in MADE_UP])
def test_what_is_made_up_is_not_there_for_anybody(name, scene, clients):
    address = scene.address(name, MADE_UP[ACCESS[name].at])

    found = {person: outcome_of(client.get(address)) for person, client in clients.items()}

    assert {str(outcome).partition("?")[0] for outcome in found.values()} <= {"401", "404", "405", SIGN_IN, APPLY}


@pytest.mark.parametrize("state", [ProfileState.SUSPENDED, ProfileState.DRAFT, ProfileState.DECLINED])
@pytest.mark.parametrize("name", ["mentor_detail", "book", "book_email"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_profile_that_is_not_live_is_nobodys_to_see(name, state, method, scene, clients):
    MentorProfile.objects.filter(pk=scene.mentor.pk).update(state=state)
    address = scene.address(name)

    found = {
        person: outcome_of(undone(lambda c=client: getattr(c, method)(address))) for person, client in clients.items()
    }

    assert set(found.values()) <= {NOT_THERE, NOT_ALLOWED}


def wanted(who: Who, declared: Outcome | dict[str, Outcome], found: dict[str, Outcome]) -> dict[str, Outcome]:
    """What was declared; an address need only begin as declared. Whoever may not even ask in this way is told so."""
    result: dict[str, Outcome] = {}
    for person in PEOPLE:
        outcome = who.outcome(person, declared)
        if declared == NOT_ALLOWED and (person in SIGNED_IN or who.signed_out != SIGN_IN or who is EVERYBODY):
            outcome = NOT_ALLOWED
        begins = isinstance(outcome, str) and str(found[person]).startswith(outcome)
        result[person] = found[person] if begins and (outcome != "/" or found[person] == "/") else outcome
    return result


def outcome_of(response: Any) -> Outcome:
    content_of(response)
    return str(response["Location"]) if response.status_code == 302 else int(response.status_code)


def answer_of(response: Any, address: str) -> tuple[Outcome, str]:
    """All that is told, apart from the address itself and what is drawn anew for every answer."""
    outcome = str(outcome_of(response)).replace(address, "")
    text = "" if response.streaming else response.content.decode(errors="replace").replace(address, "")
    return outcome, re.sub(r'value="[A-Za-z0-9]{64}"', "", text)


def content_of(response: Any) -> bytes:
    """A file is read to its end, so that it is closed."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def undone(act: Callable[[], Any]) -> Any:
    """Do it, and take back what it wrote."""
    with transaction.atomic():
        response = act()
        transaction.set_rollback(True)
    return response


def rows_of_our_tables() -> dict[str, str]:
    ours = ("about", "accounts", "trust", "mentors", "notifications", "programmes", "sessions_app", "events")
    tables = [model._meta.db_table for app in ours for model in apps.get_app_config(app).get_models()]
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" AS t')  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found
