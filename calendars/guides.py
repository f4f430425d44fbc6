"""Where a calendar's secret address is found, and where a password for us alone is made, step by step.

As the makers of the usual calendars describe it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Guide(NamedTuple):
    name: str | Promise
    steps: Sequence[str | Promise]
    hint: str | Promise = ""


GUIDES = (
    Guide(
        _("Google Calendar"),
        (
            _("Open Google Calendar in a browser on a computer. The app doesn’t show the address."),
            _("Point at the calendar’s name on the left, open its menu and choose “Settings and sharing”."),
            _("Scroll to “Integrate calendar”."),
            _("Copy the “Secret address in iCal format”."),
        ),
        _("At work or school, an administrator may have switched secret addresses off."),
    ),
    Guide(
        _("Outlook and Microsoft 365"),
        (
            _("Open Outlook in a browser, go to Settings, then Calendar, then “Shared calendars”."),
            _("Under “Publish a calendar” choose the calendar, and “Can view when I’m busy”."),
            _("Choose “Publish”."),
            _("Copy the ICS link, not the HTML link."),
        ),
        _(
            "If you’d like to keep titles here, choose “Can view titles and locations” instead. "
            "At work, an administrator may have switched publishing off."
        ),
    ),
    Guide(
        _("Apple iCloud"),
        (
            _("Open Calendar on iCloud.com, or on your Mac, iPhone or iPad."),
            _("Open the sharing settings of the calendar."),
            _("Switch “Public Calendar” on. Anyone who has the address can then read the calendar."),
            _("Copy the link. It starts with webcal://, which is fine."),
        ),
        _("If nobody else should be able to read it, connect it with an app password instead, below."),
    ),
    Guide(
        _("Proton Calendar"),
        (
            _("Open Proton Calendar in a browser, go to Settings and choose the calendar."),
            _("Go to “Share outside Proton” and create a link."),
            _("Choose “Limited view”: it shows when you’re busy, and no details."),
            _("Copy the link."),
        ),
        _(
            "If you’d like to keep titles here, choose “Full view” instead. "
            "Sharing outside Proton needs a paid plan, and it can take Proton up to eight hours to show a change."
        ),
    ),
    Guide(
        _("Nextcloud"),
        (
            _("Open Calendar in a browser and edit the calendar on the left."),
            _("Add a share link."),
            _("Open the menu of the link and choose “Copy subscription link”."),
        ),
        _("Your Nextcloud has to be reachable from the internet over https."),
    ),
)

PASSWORD_GUIDES = (
    Guide(
        _("Apple iCloud"),
        (
            _("Sign in at account.apple.com and open “Sign-In and Security”."),
            _("Choose “App-Specific Passwords” and generate one."),
            _("Enter caldav.icloud.com as the server, and the email address of your Apple Account as the user name."),
        ),
        _("Apple asks for two-factor authentication first. A new Apple password ends all app-specific ones."),
    ),
    Guide(
        _("Fastmail"),
        (
            _("Open Fastmail in a browser, go to Settings, then “Privacy & Security”, and find the app passwords."),
            _("Create one, and let it reach your calendars."),
            _("Enter caldav.fastmail.com as the server, and your whole Fastmail address as the user name."),
        ),
        _("Fastmail’s smallest plan has no app passwords."),
    ),
    Guide(
        _("Nextcloud"),
        (
            _("Open the settings of your Nextcloud account in a browser, and there “Security”."),
            _("Under “Devices & sessions” enter a name and create an app password."),
            _("Copy the user name and the password that it shows."),
            _("Open Calendar, go to its settings and copy the “primary CalDAV address”. That’s the server."),
        ),
        _("Your Nextcloud has to be reachable from the internet over https."),
    ),
)
