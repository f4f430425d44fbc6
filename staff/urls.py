from django.urls import path

from .asks.pages import staff_ask_mentor, staff_asks
from .attendance import staff_attendance
from .clock import staff_clock, staff_clock_retry, staff_policy
from .contact import staff_contact
from .home import staff_home
from .ledgers import staff_ledgers
from .letters import staff_letter, staff_letter_copy, staff_letters
from .moderation.appeals import staff_appeal, staff_appeals
from .moderation.cases import staff_case, staff_cases, staff_exhibit
from .moderation.signals import staff_signals
from .outcomes import staff_outcomes
from .people import staff_people, staff_person, staff_session
from .profiles import staff_profile, staff_profile_act, staff_profiles
from .programmes.claims import staff_programme_claim_end, staff_programme_claims
from .programmes.pages import (
    staff_programme,
    staff_programme_domain_remove,
    staff_programme_domains,
    staff_programme_end,
    staff_programme_rules,
    staff_programmes,
)
from .reading import staff_reading
from .roles import staff_reset_approve, staff_resets, staff_role_end, staff_roles, staff_trace
from .searches import staff_unmet
from .testimonials import staff_words
from .texts import staff_text, staff_texts

urlpatterns = [
    path("unmet/", staff_unmet, name="staff_unmet"),
    path("asks/", staff_asks, name="staff_asks"),
    path("asks/<uuid:uuid>/", staff_ask_mentor, name="staff_ask_mentor"),
    path("reading/", staff_reading, name="staff_reading"),
    path("", staff_home, name="staff_home"),
    path("people/", staff_people, name="staff_people"),
    path("people/<uuid:uuid>/", staff_person, name="staff_person"),
    path("people/<uuid:uuid>/letter/", staff_letter, name="staff_letter"),
    path("letters/", staff_letters, name="staff_letters"),
    path("letters/<uuid:uuid>/copy/", staff_letter_copy, name="staff_letter_copy"),
    path("sessions/<uuid:uuid>/", staff_session, name="staff_session"),
    path("attendance/", staff_attendance, name="staff_attendance"),
    path("missed/", staff_ledgers, name="staff_ledgers"),
    path("policy/", staff_policy, name="staff_policy"),
    path("clock/", staff_clock, name="staff_clock"),
    path("clock/retry/", staff_clock_retry, name="staff_clock_retry"),
    path("contact/", staff_contact, name="staff_contact"),
    path("texts/", staff_texts, name="staff_texts"),
    path("texts/<slug:kind>/", staff_text, name="staff_text"),
    path("roles/", staff_roles, name="staff_roles"),
    path("roles/end/", staff_role_end, name="staff_role_end"),
    path("programmes/", staff_programmes, name="staff_programmes"),
    path("programmes/<slug:slug>/", staff_programme, name="staff_programme"),
    path("programmes/<slug:slug>/rules/", staff_programme_rules, name="staff_programme_rules"),
    path("programmes/<slug:slug>/domains/", staff_programme_domains, name="staff_programme_domains"),
    path(
        "programmes/<slug:slug>/domains/<int:number>/remove/",
        staff_programme_domain_remove,
        name="staff_programme_domain_remove",
    ),
    path("programmes/<slug:slug>/claims/", staff_programme_claims, name="staff_programme_claims"),
    path(
        "programmes/<slug:slug>/claims/<int:number>/remove/",
        staff_programme_claim_end,
        name="staff_programme_claim_end",
    ),
    path("programmes/<slug:slug>/managers/<uuid:uuid>/end/", staff_programme_end, name="staff_programme_end"),
    path("second-steps/", staff_resets, name="staff_resets"),
    path("second-steps/<uuid:uuid>/approve/", staff_reset_approve, name="staff_reset_approve"),
    path("trace/", staff_trace, name="staff_trace"),
    path("outcomes/", staff_outcomes, name="staff_outcomes"),
    path("words/", staff_words, name="staff_words"),
    path("cases/", staff_cases, name="staff_cases"),
    path("cases/<uuid:uuid>/", staff_case, name="staff_case"),
    path("cases/<uuid:uuid>/exhibits/<int:number>/", staff_exhibit, name="staff_exhibit"),
    path("signals/", staff_signals, name="staff_signals"),
    path("appeals/", staff_appeals, name="staff_appeals"),
    path("appeals/<uuid:uuid>/", staff_appeal, name="staff_appeal"),
    path("profiles/", staff_profiles, name="staff_profiles"),
    path("profiles/<slug:slug>/", staff_profile, name="staff_profile"),
    path("profiles/<slug:slug>/<slug:act>/", staff_profile_act, name="staff_profile_act"),
]
