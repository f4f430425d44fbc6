"""Certificates of hours, made when a mentor asks for one and withdrawn by them at any time."""

from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import Certificate

from .given import given_by

AT_MOST = 30


@atomic_act
def issue_certificate(*, mentor: User, first_day: date, last_day: date, now: datetime) -> Certificate:
    """Make a certificate for these days. If one with the same words exists, it is returned.

    Raises SessionError `no_name`, `days`, `nothing_given`, `too_many`.
    """
    lock_people(mentor)
    if not mentor.name:
        raise SessionError("no_name", _("Add your name in your account first. It goes on the certificate."))
    if not first_day <= last_day <= now.astimezone(mentor.zone).date():
        raise SessionError("days", _("Choose a last day that’s on or after the first day and isn’t in the future."))
    given = given_by(mentor, first_day, last_day)
    if not (given.sessions or given.answers):
        nothing = _("You had no sessions and answered no questions in writing in this period. Choose other days.")
        raise SessionError("nothing_given", nothing)
    words = {
        "name": mentor.name,
        "organisation": settings.SITE_NAME,
        "first_day": first_day,
        "last_day": last_day,
        "sessions": given.sessions,
        "minutes": given.minutes,
        "answers": given.answers,
    }
    mine = Certificate.objects.filter(person=mentor)
    if same := mine.filter(**words).first():
        return same
    if mine.count() >= AT_MOST:
        raise SessionError(
            "too_many", _("You have 30 certificates, the most you can have. Revoke one to create another.")
        )
    return Certificate.objects.create(person=mentor, issued_at=now, **words)


def withdraw_certificate(*, mentor: User, code: str) -> None:
    """From now on its check page doesn't know it. Withdrawing it twice does no harm."""
    Certificate.objects.filter(person=mentor, code=code).delete()
