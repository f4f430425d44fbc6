"""Whole files in the manner of programs and services that people keep their calendars with. All are made by us."""

from .files import calendar, event

BERLIN_ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
X-LIC-LOCATION:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE"""
PACIFIC_ZONE = """BEGIN:VTIMEZONE
TZID:(UTC-08:00) Pacific Time (US & Canada)
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0700
TZOFFSETTO:-0800
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0800
TZOFFSETTO:-0700
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""
# Notes names its zones itself, and says all occurrences one by one.
NOTES_ZONE = BERLIN_ZONE.replace("TZID:Europe/Berlin\nX-LIC-LOCATION:Europe/Berlin", "TZID:Central European")
STAMP = "DTSTAMP:20261001T080000Z"
GUEST = "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=%s;CN=Ada;X-NUM-GUESTS=0:mailto:ada@example.org"

GOOGLE = ("CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:ada@example.org", "X-WR-TIMEZONE:Europe/Berlin")
GOOGLE_WEEKLY = event(
    "DTSTART;TZID=Europe/Berlin:20261102T090000",
    "DTEND;TZID=Europe/Berlin:20261102T100000",
    "RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261129T225959Z;BYDAY=MO",
    "EXDATE;TZID=Europe/Berlin:20261109T090000",
    STAMP,
    "ORGANIZER;CN=Bo:mailto:bo@example.org",
    GUEST % "ACCEPTED",
    "CREATED:20260901T080000Z",
    "DESCRIPTION:",
    "LAST-MODIFIED:20261001T080000Z",
    "SEQUENCE:1",
    "STATUS:CONFIRMED",
    "SUMMARY:Planning",
    "TRANSP:OPAQUE",
    uid="4k2@google.com",
)
GOOGLE_MOVED = event(
    "DTSTART;TZID=Europe/Berlin:20261117T090000",
    "DTEND;TZID=Europe/Berlin:20261117T100000",
    STAMP,
    "RECURRENCE-ID;TZID=Europe/Berlin:20261116T090000",
    GUEST % "NEEDS-ACTION",
    "SEQUENCE:2",
    "STATUS:CONFIRMED",
    "TRANSP:OPAQUE",
    uid="4k2@google.com",
)

PROGRAMS = {
    "Google: a series with one left out and one moved, and a free day": (
        calendar(
            *GOOGLE,
            BERLIN_ZONE,
            GOOGLE_WEEKLY,
            GOOGLE_MOVED,
            event("DTSTART;VALUE=DATE:20261126", "DTEND;VALUE=DATE:20261127", STAMP, "TRANSP:TRANSPARENT", uid="d"),
        ),
        ["2026-11-02 08:00 09:00", "2026-11-17 08:00 09:00", "2026-11-23 08:00 09:00"],
    ),
    "Google: a series that was split at “this and following”": (
        calendar(
            *GOOGLE,
            event(
                "DTSTART;TZID=Europe/Berlin:20261005T090000",
                "DTEND;TZID=Europe/Berlin:20261005T093000",
                "RRULE:FREQ=WEEKLY;UNTIL=20261018T215959Z;BYDAY=MO",
                uid="7mq@google.com",
            ),
            event(
                "DTSTART;TZID=Europe/Berlin:20261019T110000",
                "DTEND;TZID=Europe/Berlin:20261019T113000",
                "RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO",
                uid="7mq_R20261019T070000@google.com",
            ),
        ),
        [
            "2026-10-05 07:00 07:30",
            "2026-10-12 07:00 07:30",
            "2026-10-19 09:00 09:30",
            "2026-10-26 10:00 10:30",
        ],
    ),
    "Google: busy times only, as calendars are shared without details": (
        calendar(*GOOGLE, event("DTSTART:20261126T100000Z", "DTEND:20261126T110000Z", STAMP, "SUMMARY:Busy")),
        ["2026-11-26 10:00 11:00"],
    ),
    "Google: holidays, which are free": (
        calendar(
            "METHOD:PUBLISH",
            "X-WR-TIMEZONE:UTC",
            event("DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261226", "CLASS:PUBLIC", "TRANSP:TRANSPARENT"),
        ),
        [],
    ),
    "Outlook.com: a published calendar, with a whole day and a free hour": (
        calendar(
            "METHOD:PUBLISH",
            "X-WR-CALNAME:Calendar",
            NOTES_ZONE.replace("Central European", "W. Europe Standard Time"),
            event(
                "SUMMARY:Away",
                "DTSTART;VALUE=DATE:20261126",
                "DTEND;VALUE=DATE:20261128",
                "CLASS:PUBLIC",
                "PRIORITY:5",
                "TRANSP:OPAQUE",
                "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
                "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
                "X-MICROSOFT-CDO-INSTTYPE:0",
                uid="040000008200E00074C5B7101A82E00800000000A",
            ),
            event(
                "DTSTART;TZID=W. Europe Standard Time:20261130T100000",
                "DTEND;TZID=W. Europe Standard Time:20261130T110000",
                "TRANSP:TRANSPARENT",
                "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
                uid="040000008200E00074C5B7101A82E00800000000B",
            ),
        ),
        ["2026-11-25 23:00 2026-11-27 23:00"],
    ),
    "Exchange: a meeting whose zone is named by its display name": (
        calendar(
            "METHOD:REQUEST",
            "PRODID:Microsoft Exchange Server 2010",
            PACIFIC_ZONE,
            event(
                'DTSTART;TZID="(UTC-08:00) Pacific Time (US & Canada)":20261030T090000',
                'DTEND;TZID="(UTC-08:00) Pacific Time (US & Canada)":20261030T100000',
                "RRULE:FREQ=WEEKLY;COUNT=2;INTERVAL=1;BYDAY=FR;WKST=SU",
                "ORGANIZER;CN=Bo:MAILTO:bo@example.org",
                "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Ada:MAILTO:ada@example.org",
                "X-MICROSOFT-CDO-APPT-SEQUENCE:0",
                "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",
                "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
                "X-MICROSOFT-DISALLOW-COUNTER:FALSE",
            ),
        ),
        # Clocks go back there on 1 November.
        ["2026-10-30 16:00 17:00", "2026-11-06 17:00 18:00"],
    ),
    "Outlook: a whole day as midnight to midnight of its own zone": (
        calendar(
            PACIFIC_ZONE.replace("(UTC-08:00) Pacific Time (US & Canada)", "Pacific Standard Time"),
            event(
                "DTSTART;TZID=Pacific Standard Time:20261126T000000",
                "DTEND;TZID=Pacific Standard Time:20261127T000000",
                "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
                "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
            ),
        ),
        ["2026-11-26 08:00 2026-11-27 08:00"],
    ),
    "iCloud: travel time, alarms, a place in quotes": (
        calendar(
            "CALSCALE:GREGORIAN",
            "X-APPLE-CALENDAR-COLOR:#1BADF8",
            "X-WR-CALNAME:Home",
            BERLIN_ZONE,
            event(
                "CREATED:20260901T080000Z",
                "DTSTART;TZID=Europe/Berlin:20261126T110000",
                "DTEND;TZID=Europe/Berlin:20261126T120000",
                "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
                "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M",
                'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Street 1\\n10115 Berl',
                ' in: Germany";X-APPLE-RADIUS=70;X-TITLE=Dentist:geo:52.53,13.38',
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                "TRIGGER;RELATED=START:-PT30M",
                "X-APPLE-DEFAULT-ALARM:TRUE",
                "END:VALARM",
            ),
        ),
        ["2026-11-26 10:00 11:00"],
    ),
    "iCloud: birthdays, every year and free": (
        calendar(
            event(
                "DTSTART;VALUE=DATE:19881126",
                "DTEND;VALUE=DATE:19881127",
                "RRULE:FREQ=YEARLY",
                "TRANSP:TRANSPARENT",
                "X-APPLE-UNIVERSAL-ID:1",
            )
        ),
        [],
    ),
    "Proton: a shared calendar with its zone, and one left out": (
        calendar(
            "PRODID:-//Proton AG//WebCalendar 5.0//EN",
            "METHOD:PUBLISH",
            "CALSCALE:GREGORIAN",
            "X-WR-CALNAME:Work",
            "X-WR-TIMEZONE:Europe/Zurich",
            event(
                STAMP,
                "DTSTART;TZID=Europe/Zurich:20261123T140000",
                "DTEND;TZID=Europe/Zurich:20261123T150000",
                "RRULE:FREQ=DAILY;COUNT=3",
                "EXDATE;TZID=Europe/Zurich:20261124T140000",
                "SEQUENCE:0",
                "STATUS:CONFIRMED",
                "X-PM-CONFERENCE-ID;X-PM-PROVIDER=1:abc",
                uid="x@proton.me",
            ),
        ),
        ["2026-11-23 13:00 14:00", "2026-11-25 13:00 14:00"],
    ),
    "Nextcloud: one of a series cancelled, by a server that keeps it": (
        calendar(
            "PRODID:-//IDN nextcloud.com//Calendar app 4.7//EN",
            "CALSCALE:GREGORIAN",
            BERLIN_ZONE,
            event(
                "DTSTART;TZID=Europe/Berlin:20261124T120000",
                "DTEND;TZID=Europe/Berlin:20261124T123000",
                "RRULE:FREQ=DAILY;COUNT=2",
                "CATEGORIES:Lunch,Team",
                "SEQUENCE:3",
            ),
            event(
                "RECURRENCE-ID;TZID=Europe/Berlin:20261125T120000",
                "DTSTART;TZID=Europe/Berlin:20261125T120000",
                "DTEND;TZID=Europe/Berlin:20261125T123000",
                "STATUS:CANCELLED",
                "SEQUENCE:4",
            ),
        ),
        ["2026-11-24 11:00 11:30"],
    ),
    "Thunderbird: an alarm that was put off": (
        calendar(
            "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
            event(
                "DTSTART;TZID=/mozilla.org/20070129_1/Europe/Berlin:20261126T110000",
                "DTEND;TZID=/mozilla.org/20070129_1/Europe/Berlin:20261126T120000",
                "X-MOZ-GENERATION:4",
                "X-MOZ-LASTACK:20261126T095500Z",
                "X-MOZ-SNOOZE-TIME:20261126T100500Z",
                "BEGIN:VALARM",
                "TRIGGER;VALUE=DURATION:-PT5M",
                "END:VALARM",
            ),
        ),
        ["2026-11-26 10:00 11:00"],
    ),
    "Notes: a series as periods": (
        calendar(
            NOTES_ZONE,
            event(
                'DTSTART;TZID="Central European":20261124T110000',
                'DTEND;TZID="Central European":20261124T120000',
                'RDATE;VALUE=PERIOD;TZID="Central European":20261124T110000/20261124T120000,'
                "20261126T110000/20261126T120000",
            ),
        ),
        ["2026-11-24 10:00 11:00", "2026-11-26 10:00 11:00"],
    ),
    "Zimbra: a described zone in quotes, and an organiser who declined": (
        calendar(
            BERLIN_ZONE,
            event(
                'DTSTART;TZID="Europe/Berlin":20261126T110000',
                'DTEND;TZID="Europe/Berlin":20261126T120000',
                "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
                'ATTENDEE;CN="Bo, Head";PARTSTAT=DECLINED:mailto:bo@example.org',
            ),
        ),
        ["2026-11-26 10:00 11:00"],
    ),
    "Moodle: deadlines, which take no time": (
        calendar("METHOD:PUBLISH", event("DTSTART:20261126T225900Z", "DTEND:20261126T225900Z", "CLASS:PUBLIC")),
        [],
    ),
    "a university’s timetable, without zones": (
        calendar(
            "METHOD:PUBLISH",
            event("DTSTART:20261126T101500", "DTEND:20261126T114500", uid="lecture"),
            event("DTSTART:20261126T121500", "DTEND:20261126T134500", "STATUS:CANCELLED", uid="seminar"),
        ),
        ["2026-11-26 09:15 10:45"],
    ),
    "a booking site: nights as whole days": (
        calendar(
            "PRODID;X-RICAL-TZSOURCE=TZINFO:-//Bookings//EN",
            event("DTEND;VALUE=DATE:20261129", "DTSTART;VALUE=DATE:20261127", "SUMMARY:Reserved"),
        ),
        ["2026-11-26 23:00 2026-11-28 23:00"],
    ),
}
