"""A bank of calendar files as programs write them, by kind, with the busy times that a person would read in them.

All are made by us. What is expected is written by hand: from the file, the clocks of its zone, and RFC 5545.
"""

from .files import calendar, event
from .programs import PROGRAMS

TEN = ["DTSTART:20261126T100000Z", "DTEND:20261126T110000Z"]
TEN_READ = ["2026-11-26 10:00 11:00"]
BERLIN = "TZID=Europe/Berlin"
# Nine to ten on a Monday in Berlin: 08:00 UTC in winter.
MONDAY = [f"DTSTART;{BERLIN}:20261102T090000", f"DTEND;{BERLIN}:20261102T100000"]

OUTLOOK_ZONE = """BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
X-LIC-LOCATION:Europe/Berlin
LAST-MODIFIED:20260101T000000Z
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""
# Of a name that nobody else knows, five and three quarters of an hour east, without summer time.
CUSTOM_ZONE = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART;VALUE=DATE:19700101
TZOFFSETFROM:+0545
TZOFFSETTO:+0545
COMMENT:nobody needs this
END:STANDARD
END:VTIMEZONE"""
DISPLAY_NAME = "(UTC+05:45) Kathmandu, Nepal"
KATHMANDU = CUSTOM_ZONE.replace("Customized Time Zone", DISPLAY_NAME)
LYING_BERLIN = CUSTOM_ZONE.replace("Customized Time Zone", "Europe/Berlin")
BROKEN_ZONE = "BEGIN:VTIMEZONE\nTZID:Nowhere\nBEGIN:STANDARD\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE"


def at(zone: str, start: str = "20261126T100000", end: str = "20261126T110000") -> str:
    return event(f"DTSTART;TZID={zone}:{start}", f"DTEND;TZID={zone}:{end}")


ENDS = {
    "in UTC": (calendar(event(*TEN)), TEN_READ),
    "duration instead of an end": (calendar(event(TEN[0], "DURATION:PT1H")), TEN_READ),
    "duration in weeks and seconds": (
        calendar(event(TEN[0], "DURATION:P1W"), event(TEN[0], "DURATION:PT90S", uid="two")),
        ["2026-11-26 10:00 10:01", "2026-11-26 10:00 2026-12-03 10:00"],
    ),
    "zero length": (calendar(event(TEN[0], "DTEND:20261126T100000Z")), []),
    "neither end nor duration": (calendar(event(TEN[0])), []),
    "duration of nothing": (calendar(event(TEN[0], "DURATION:PT0S")), []),
    "two days long": (
        calendar(event(TEN[0], "DTEND:20261128T110000Z")),
        ["2026-11-26 10:00 2026-11-28 11:00"],
    ),
    "start and end in different zones, as of a flight": (
        calendar(event(f"DTSTART;{BERLIN}:20261126T100000", "DTEND;TZID=America/New_York:20261126T130000")),
        ["2026-11-26 09:00 18:00"],
    ),
    "two that overlap stay two": (
        calendar(event(*TEN), event("DTSTART:20261126T103000Z", "DURATION:PT1H", uid="two")),
        ["2026-11-26 10:00 11:00", "2026-11-26 10:30 11:30"],
    ),
    "began before the range and ends after it": (
        calendar(event("DTSTART:20200101T000000Z", "DTEND:20300101T000000Z")),
        ["2026-10-01 00:00 2027-05-01 00:00"],
    ),
    "long over": (calendar(event("DTSTART:20250101T100000Z", "DTEND:20250101T110000Z")), []),
    "far ahead": (calendar(event("DTSTART:20290101T100000Z", "DTEND:20290101T110000Z")), []),
}

BYTES = {
    "line feeds only": (calendar(event(*TEN)).replace(b"\r\n", b"\n"), TEN_READ),
    "carriage returns only": (calendar(event(*TEN)).replace(b"\r\n", b"\r"), TEN_READ),
    "a mark of UTF-8 at the start": (b"\xef\xbb\xbf" + calendar(event(*TEN)), TEN_READ),
    "UTF-16": (calendar(event(*TEN)).decode().encode("utf-16"), TEN_READ),
    "latin-1": (calendar("X-WR-CALNAME:Caf\xe9", event("SUMMARY:x", *TEN)).decode().encode("latin-1"), TEN_READ),
    "lines folded within a value": (calendar(event("DTSTART:20261126\n T100000Z", TEN[1])), TEN_READ),
    "lines folded within a name, by tabs": (calendar(event("DTST\n\tART:20261126T100000Z", TEN[1])), TEN_READ),
    "folded in the middle of a character": (
        calendar(event("SUMMARY:XX", *TEN)).replace(b"XX", b"\xc3\r\n \xa9"),
        TEN_READ,
    ),
    "small letters": (
        calendar("begin:vevent", "uid:a", "dtstart:20261126t100000z", "dtend:20261126t110000z", "end:vevent"),
        TEN_READ,
    ),
    "empty lines and rubbish between": (calendar("", "no colon", event("", "§§:1", *TEN), ":", ""), TEN_READ),
    "spaces behind values": (calendar(event(*(f"{line} " for line in TEN))), TEN_READ),
    "quotation marks of Windows": (
        calendar(event("SUMMARY:XX", *TEN)).replace(b"XX", b"\x93plans\x94"),
        TEN_READ,
    ),
    "a colon and a semicolon in a quoted parameter": (
        calendar(event('DTSTART;X-NAME="a:b;c":20261126T100000Z', TEN[1])),
        TEN_READ,
    ),
    "bytes of nothing": (calendar(event(*TEN)).replace(b"SUMMARY", b"\0") + b"\0\0", TEN_READ),
    "an alarm with times of its own": (
        calendar(event(*TEN, "BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:P1D", "END:VALARM")),
        TEN_READ,
    ),
    "tasks and journals": (
        calendar("BEGIN:VTODO", "UID:t", *TEN, "END:VTODO", event(*TEN), "BEGIN:VJOURNAL", TEN[0], "END:VJOURNAL"),
        TEN_READ,
    ),
    "two calendars in one file": (
        calendar(event(*TEN)) + calendar(event("DTSTART:20261127T100000Z", "DURATION:PT1H", uid="two")),
        [*TEN_READ, "2026-11-27 10:00 11:00"],
    ),
    "a description that looks like an event": (
        calendar(event(*TEN, "DESCRIPTION:x\\nDTSTART:20261127T100000Z\n  DTEND:20271127T100000Z")),
        TEN_READ,
    ),
    "no event at all": (calendar(), []),
}

ZONES = {
    "IANA": (calendar(at("Europe/Lisbon")), TEN_READ),
    "IANA, in summer": (
        calendar(at("Europe/Lisbon", "20261010T100000", "20261010T110000")),
        ["2026-10-10 09:00 10:00"],
    ),
    "an old name": (calendar(at("Asia/Calcutta")), ["2026-11-26 04:30 05:30"]),
    "other letters": (calendar(at("america/new_york")), ["2026-11-26 15:00 16:00"]),
    "quoted": (calendar(at('"America/New_York"')), ["2026-11-26 15:00 16:00"]),
    "behind the name of a program": (
        calendar(at("/freeassociation.sourceforge.net/America/New_York")),
        ["2026-11-26 15:00 16:00"],
    ),
    "behind a program and its date, three parts": (
        calendar(at("/mozilla.org/20070129_1/America/Argentina/Buenos_Aires")),
        ["2026-11-26 13:00 14:00"],
    ),
    "of Windows, described in the file": (
        calendar(OUTLOOK_ZONE, at("W. Europe Standard Time"), event(TEN[0], "DURATION:PT1H", uid="two")),
        ["2026-11-26 09:00 10:00", *TEN_READ],
    ),
    "of Windows, not described": (calendar(at("Pacific Standard Time")), ["2026-11-26 18:00 19:00"]),
    "of Windows, described only after the event": (
        calendar(at("W. Europe Standard Time", "20261010T100000", "20261010T110000"), OUTLOOK_ZONE),
        ["2026-10-10 08:00 09:00"],
    ),
    "a series over a change of clocks, by the file's description": (
        calendar(
            OUTLOOK_ZONE,
            event(
                "DTSTART;TZID=W. Europe Standard Time:20261024T100000",
                "DTEND;TZID=W. Europe Standard Time:20261024T110000",
                "RRULE:FREQ=DAILY;COUNT=3",
            ),
        ),
        ["2026-10-24 08:00 09:00", "2026-10-25 09:00 10:00", "2026-10-26 09:00 10:00"],
    ),
    "a name of the file's own": (calendar(CUSTOM_ZONE, at("Customized Time Zone")), ["2026-11-26 04:15 05:15"]),
    "a display name in quotes, described": (
        calendar(KATHMANDU, at(f'"{DISPLAY_NAME}"')),
        ["2026-11-26 04:15 05:15"],
    ),
    "a display name without quotes, with a colon and a comma": (
        calendar(KATHMANDU, at(DISPLAY_NAME)),
        ["2026-11-26 04:15 05:15"],
    ),
    "a display name whose description escapes its comma": (
        calendar(KATHMANDU.replace(",", "\\,"), at(f'"{DISPLAY_NAME}"')),
        ["2026-11-26 04:15 05:15"],
    ),
    "an IANA name that the file describes wrongly": (
        calendar(LYING_BERLIN, at("Europe/Berlin")),
        ["2026-11-26 09:00 10:00"],
    ),
    "unknown: the owner's": (calendar(at("Middle-earth/Shire")), ["2026-11-26 09:00 10:00"]),
    "described in a way that makes no sense: the owner's": (
        calendar(BROKEN_ZONE, at("Nowhere")),
        ["2026-11-26 09:00 10:00"],
    ),
    "floating: the owner's": (
        calendar(event("DTSTART:20261126T100000", "DTEND:20261126T110000")),
        ["2026-11-26 09:00 10:00"],
    ),
    "floating, in a calendar with a zone": (
        calendar("X-WR-TIMEZONE:America/New_York", event("DTSTART:20261126T100000", "DURATION:PT1H")),
        ["2026-11-26 15:00 16:00"],
    ),
    "UTC in a calendar with a zone": (calendar("X-WR-TIMEZONE:America/New_York", event(*TEN)), TEN_READ),
    "a calendar whose zone nobody knows": (
        calendar("X-WR-TIMEZONE:Mars/Base", event("DTSTART:20261126T100000", "DURATION:PT1H")),
        ["2026-11-26 09:00 10:00"],
    ),
    "UTC with a name of a zone beside it": (calendar(event(f"DTSTART;{BERLIN}:20261126T100000Z", TEN[1])), TEN_READ),
    "the value's type named too": (
        calendar(event(f"DTSTART;VALUE=DATE-TIME;{BERLIN}:20261126T110000", f"DTEND;{BERLIN};X-A=1:20261126T120000")),
        TEN_READ,
    ),
    "UTC under Microsoft's name": (calendar(at('"tzone://Microsoft/Utc"')), TEN_READ),
    "UTC under Microsoft's name, without quotes": (calendar(at("tzone://Microsoft/Utc")), TEN_READ),
    "an hour apart in two zones": (
        calendar(at("Europe/London"), event(f"DTSTART;{BERLIN}:20261126T100000", "DURATION:PT1H", uid="two")),
        ["2026-11-26 09:00 10:00", "2026-11-26 10:00 11:00"],
    ),
    "a time that clocks skip counts from before": (
        calendar(at("Europe/Berlin", "20270328T023000", "20270328T040000")),
        ["2027-03-28 01:30 02:00"],
    ),
}

WHOLE_DAYS = {
    "one": (
        calendar(event("DTSTART;VALUE=DATE:20261126", "DTEND;VALUE=DATE:20261127")),
        ["2026-11-25 23:00 2026-11-26 23:00"],
    ),
    "without an end": (
        calendar(event("DTSTART;VALUE=DATE:20261126")),
        ["2026-11-25 23:00 2026-11-26 23:00"],
    ),
    "ends on the day when it starts": (
        calendar(event("DTSTART;VALUE=DATE:20261126", "DTEND;VALUE=DATE:20261126")),
        ["2026-11-25 23:00 2026-11-26 23:00"],
    ),
    "three days by duration": (
        calendar(event("DTSTART;VALUE=DATE:20261126", "DURATION:P3D")),
        ["2026-11-25 23:00 2026-11-28 23:00"],
    ),
    "with a zone beside the date": (
        calendar(event("DTSTART;VALUE=DATE;TZID=America/New_York:20261126", "DTEND;VALUE=DATE:20261127")),
        ["2026-11-25 23:00 2026-11-26 23:00"],
    ),
    "without VALUE=DATE": (calendar(event("DTSTART:20261126")), ["2026-11-25 23:00 2026-11-26 23:00"]),
    "in a calendar with a zone": (
        calendar("X-WR-TIMEZONE:America/New_York", event("DTSTART;VALUE=DATE:20261126")),
        ["2026-11-26 05:00 2026-11-27 05:00"],
    ),
    "marked as free": (calendar(event("DTSTART;VALUE=DATE:20261126", "TRANSP:TRANSPARENT")), []),
    "when clocks go back: 25 hours": (
        calendar(event("DTSTART;VALUE=DATE:20261025")),
        ["2026-10-24 22:00 2026-10-25 23:00"],
    ),
    "when clocks go forward: 23 hours": (
        calendar(event("DTSTART;VALUE=DATE:20270328")),
        ["2027-03-27 23:00 2027-03-28 22:00"],
    ),
    "yearly": (
        calendar(event("DTSTART;VALUE=DATE:20001126", "DTEND;VALUE=DATE:20001127", "RRULE:FREQ=YEARLY")),
        ["2026-11-25 23:00 2026-11-26 23:00"],
    ),
    "starts as a date and ends at a time": (
        calendar(event("DTSTART;VALUE=DATE:20261126", f"DTEND;{BERLIN}:20261126T120000")),
        ["2026-11-25 23:00 2026-11-26 11:00"],
    ),
    "Outlook's, from midnight to midnight": (
        calendar(at("Europe/Berlin", "20261126T000000", "20261127T000000")),
        ["2026-11-25 23:00 2026-11-26 23:00"],
    ),
    "a series that leaves one out and ends at a time in UTC": (
        calendar(
            event(
                "DTSTART;VALUE=DATE:20261124",
                "RRULE:FREQ=DAILY;UNTIL=20261126T230000Z",
                "EXDATE;VALUE=DATE:20261125",
            )
        ),
        ["2026-11-23 23:00 2026-11-24 23:00", "2026-11-25 23:00 2026-11-26 23:00"],
    ),
}

ME = "ATTENDEE;CN=Ada;PARTSTAT=%s;ROLE=REQ-PARTICIPANT:mailto:ada@example.org"
OTHER = "ATTENDEE;PARTSTAT=%s:mailto:bo@example.org"
MARKS = {
    "opaque": (calendar(event(*TEN, "TRANSP:OPAQUE", "STATUS:CONFIRMED")), TEN_READ),
    "transparent": (calendar(event(*TEN, "TRANSP:TRANSPARENT")), []),
    "cancelled": (calendar(event(*TEN, "STATUS:CANCELLED")), []),
    "tentative": (calendar(event(*TEN, "STATUS:TENTATIVE")), TEN_READ),
    "declined by the owner": (calendar(event(*TEN, OTHER % "ACCEPTED", ME % "DECLINED")), []),
    "declined by another": (calendar(event(*TEN, OTHER % "DECLINED", ME % "ACCEPTED")), TEN_READ),
    "not answered yet": (calendar(event(*TEN, ME % "NEEDS-ACTION")), TEN_READ),
    "declined in other letters": (calendar(event(*TEN, "attendee;partstat=declined:MAILTO:Ada@Example.org")), []),
    "declined, the address as a parameter": (
        calendar(event(*TEN, 'ATTENDEE;CN="A;B: C";EMAIL=ada@example.org;PARTSTAT=DECLINED:urn:uuid:1')),
        [],
    ),
    "declined by whom the calendar is named after": (
        calendar("X-WR-CALNAME:Ada.Work@example.com", event(*TEN, (ME % "DECLINED").replace("ada@", "ada@x."))),
        TEN_READ,
    ),
    "declined under the calendar's own name": (
        calendar(
            "X-WR-CALNAME:Ada.Work@example.com", event(*TEN, "ATTENDEE;PARTSTAT=DECLINED:mailto:ada.work@example.com")
        ),
        [],
    ),
    "free in Outlook": (calendar(event(*TEN, "TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:FREE")), []),
    "busy in Outlook": (calendar(event(*TEN, "X-MICROSOFT-CDO-BUSYSTATUS:BUSY")), TEN_READ),
    "out of office in Outlook": (calendar(event(*TEN, "X-MICROSOFT-CDO-BUSYSTATUS:OOF")), TEN_READ),
    "tentative in Outlook": (calendar(event(*TEN, "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE")), TEN_READ),
    "working elsewhere in Outlook": (calendar(event(*TEN, "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE")), []),
    "private": (calendar(event(*TEN, "CLASS:PRIVATE")), TEN_READ),
    "given to another": (calendar(event(*TEN, ME % "DELEGATED")), TEN_READ),
    "our own session": (calendar(event(*TEN, uid="6f0c@mentoring.example.org")), []),
    "our own, in other letters": (calendar(event(*TEN, uid="6F0C@Mentoring.Example.org")), []),
    "of a domain that ends like ours": (calendar(event(*TEN, uid="1@notmentoring.example.org")), TEN_READ),
    "without a UID": (calendar(event(*TEN).replace("UID:one@example.org\n", "")), TEN_READ),
}

SERIES = {
    "weekly, by the clock, over both changes": (
        calendar(event(f"DTSTART;{BERLIN}:20261019T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")),
        ["2026-10-19 07:00 08:00", "2026-10-26 08:00 09:00"],
    ),
    "begun years ago": (
        calendar(event(f"DTSTART;{BERLIN}:20100105T090000", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1TU")),
        ["2027-01-05 08:00 09:00"],
    ),
    "until a time in UTC, which is the last one": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;UNTIL=20261109T080000Z")),
        ["2026-11-02 08:00 09:00", "2026-11-09 08:00 09:00"],
    ),
    "until a second before the last one": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;UNTIL=20261109T075959Z")),
        ["2026-11-02 08:00 09:00"],
    ),
    "until a date, which it includes": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;UNTIL=20261109")),
        ["2026-11-02 08:00 09:00", "2026-11-09 08:00 09:00"],
    ),
    "until a time without a zone": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;UNTIL=20261109T090000")),
        ["2026-11-02 08:00 09:00", "2026-11-09 08:00 09:00"],
    ),
    "until before its start": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;UNTIL=20261001T000000Z")),
        [],
    ),
    "one left out": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;COUNT=3", f"EXDATE;{BERLIN}:20261109T090000")),
        ["2026-11-02 08:00 09:00", "2026-11-16 08:00 09:00"],
    ),
    "one left out, in UTC": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE:20261109T080000Z")),
        ["2026-11-02 08:00 09:00"],
    ),
    "one left out, by its date": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE;VALUE=DATE:20261109")),
        ["2026-11-02 08:00 09:00"],
    ),
    "two left out in one line, one in another": (
        calendar(
            event(
                *MONDAY,
                "RRULE:FREQ=WEEKLY;COUNT=4",
                f"EXDATE;{BERLIN}:20261102T090000,20261109T090000",
                f"EXDATE;{BERLIN}:20261123T090000",
            )
        ),
        ["2026-11-16 08:00 09:00"],
    ),
    "dates of its own, no rule": (
        calendar(event(*MONDAY, f"RDATE;{BERLIN}:20261104T090000,20261105T150000")),
        ["2026-11-02 08:00 09:00", "2026-11-04 08:00 09:00", "2026-11-05 14:00 15:00"],
    ),
    "a date of its own that the rule has too": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;COUNT=2", f"RDATE;{BERLIN}:20261109T090000")),
        ["2026-11-02 08:00 09:00", "2026-11-09 08:00 09:00"],
    ),
    "periods of other lengths": (
        calendar(event(*MONDAY, "RDATE;VALUE=PERIOD:20261104T090000Z/PT3H,20261105T090000Z/20261105T093000Z")),
        ["2026-11-02 08:00 09:00", "2026-11-04 09:00 12:00", "2026-11-05 09:00 09:30"],
    ),
    "every other week, two days": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=4;WKST=MO")),
        ["2026-11-02 08:00 09:00", "2026-11-04 08:00 09:00", "2026-11-16 08:00 09:00", "2026-11-18 08:00 09:00"],
    ),
    "the last workday of months": (
        calendar(event(*MONDAY, "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20261231T235959Z")),
        ["2026-11-02 08:00 09:00", "2026-11-30 08:00 09:00", "2026-12-31 08:00 09:00"],
    ),
    "the 31st skips short months": (
        calendar(event("DTSTART:20261031T080000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;COUNT=3")),
        ["2026-10-31 08:00 09:00", "2026-12-31 08:00 09:00", "2027-01-31 08:00 09:00"],
    ),
    "overnight when clocks go back: eight hours of real time": (
        calendar(
            event(f"DTSTART;{BERLIN}:20261023T230000", f"DTEND;{BERLIN}:20261024T070000", "RRULE:FREQ=DAILY;COUNT=3")
        ),
        [
            "2026-10-23 21:00 2026-10-24 05:00",
            "2026-10-24 21:00 2026-10-25 05:00",
            "2026-10-25 22:00 2026-10-26 06:00",
        ],
    ),
    "a day long when clocks go back: by the clock": (
        calendar(event(f"DTSTART;{BERLIN}:20261024T120000", "DURATION:P1D")),
        ["2026-10-24 10:00 2026-10-25 11:00"],
    ),
    "the second Tuesday of months": (
        calendar(event(f"DTSTART;{BERLIN}:20261013T180000", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=2")),
        ["2026-10-13 16:00 17:00", "2026-11-10 17:00 18:00"],
    ),
    "a start that its rule doesn’t have counts too": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2")),
        ["2026-11-02 08:00 09:00", "2026-11-03 08:00 09:00", "2026-11-10 08:00 09:00"],
    ),
    "two rules": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;COUNT=2", "RRULE:FREQ=DAILY;COUNT=2")),
        ["2026-11-02 08:00 09:00", "2026-11-03 08:00 09:00", "2026-11-09 08:00 09:00"],
    ),
    "in a zone that changes by half an hour": (
        calendar(
            event("DTSTART;TZID=Australia/Lord_Howe:20261003T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")
        ),
        ["2026-10-02 22:30 23:30", "2026-10-03 22:00 23:00"],
    ),
    "cancelled as a whole": (calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY", "STATUS:CANCELLED")), []),
    "free as a whole": (calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY", "TRANSP:TRANSPARENT")), []),
    "with a count of nothing sensible": (
        calendar(event(*MONDAY, "RRULE:FREQ=WEEKLY;COUNT=-1;UNTIL=20261109T080000Z")),
        ["2026-11-02 08:00 09:00", "2026-11-09 08:00 09:00"],
    ),
}

WEEKS = [*MONDAY, "RRULE:FREQ=WEEKLY;COUNT=3"]
FIRST_WEEK, SECOND_WEEK, THIRD_WEEK = "2026-11-02 08:00 09:00", "2026-11-09 08:00 09:00", "2026-11-16 08:00 09:00"
THE_SECOND = f"RECURRENCE-ID;{BERLIN}:20261109T090000"
CHANGES = {
    "one moved": (
        calendar(event(*WEEKS), event(THE_SECOND, "DTSTART:20261110T120000Z", "DURATION:PT30M")),
        [FIRST_WEEK, "2026-11-10 12:00 12:30", THIRD_WEEK],
    ),
    "one moved, written first": (
        calendar(event(THE_SECOND, "DTSTART:20261110T120000Z", "DURATION:PT30M"), event(*WEEKS)),
        [FIRST_WEEK, "2026-11-10 12:00 12:30", THIRD_WEEK],
    ),
    "one cancelled": (
        calendar(event(*WEEKS), event(THE_SECOND, "DTSTART:20261109T080000Z", "DURATION:PT1H", "STATUS:CANCELLED")),
        [FIRST_WEEK, THIRD_WEEK],
    ),
    "one declined": (
        calendar(event(*WEEKS), event(THE_SECOND, "DTSTART:20261109T080000Z", "DURATION:PT1H", ME % "DECLINED")),
        [FIRST_WEEK, THIRD_WEEK],
    ),
    "one busy of a free series": (
        calendar(
            event(*WEEKS, "TRANSP:TRANSPARENT"), event(THE_SECOND, "DTSTART:20261109T080000Z", "DURATION:PT1H")
        ),
        [SECOND_WEEK],
    ),
    "one named in UTC": (
        calendar(
            event(*WEEKS), event("RECURRENCE-ID:20261109T080000Z", "DTSTART:20261110T120000Z", "DURATION:PT30M")
        ),
        [FIRST_WEEK, "2026-11-10 12:00 12:30", THIRD_WEEK],
    ),
    "one named by its date": (
        calendar(
            event(*WEEKS), event("RECURRENCE-ID;VALUE=DATE:20261109", "DTSTART:20261110T120000Z", "DURATION:PT30M")
        ),
        [FIRST_WEEK, "2026-11-10 12:00 12:30", THIRD_WEEK],
    ),
    "one moved out of the range": (
        calendar(event(*WEEKS), event(THE_SECOND, "DTSTART:20291110T120000Z", "DURATION:PT30M")),
        [FIRST_WEEK, THIRD_WEEK],
    ),
    "one of long ago moved into the range": (
        calendar(
            event(f"DTSTART;{BERLIN}:20250106T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
            event(f"RECURRENCE-ID;{BERLIN}:20250113T090000", "DTSTART:20261110T120000Z", "DURATION:PT30M"),
        ),
        ["2026-11-10 12:00 12:30"],
    ),
    "this and all later, two hours later and shorter": (
        calendar(
            event(*WEEKS),
            event(
                f"RECURRENCE-ID;RANGE=THISANDFUTURE;{BERLIN}:20261109T090000",
                f"DTSTART;{BERLIN}:20261109T110000",
                "DURATION:PT30M",
            ),
        ),
        [FIRST_WEEK, "2026-11-09 10:00 10:30", "2026-11-16 10:00 10:30"],
    ),
    "this and all later cancelled": (
        calendar(
            event(*WEEKS),
            event(
                f"RECURRENCE-ID;{BERLIN};RANGE=THISANDFUTURE:20261109T090000",
                f"DTSTART;{BERLIN}:20261109T090000",
                "DURATION:PT1H",
                "STATUS:CANCELLED",
            ),
        ),
        [FIRST_WEEK],
    ),
    "the newer of two changes": (
        calendar(
            event(*WEEKS),
            event(THE_SECOND, "SEQUENCE:2", "DTSTART:20261110T120000Z", "DURATION:PT30M"),
            event(THE_SECOND, "SEQUENCE:1", "DTSTART:20261111T120000Z", "DURATION:PT30M"),
        ),
        [FIRST_WEEK, "2026-11-10 12:00 12:30", THIRD_WEEK],
    ),
    "a change without its series": (
        calendar(event(THE_SECOND, "DTSTART:20261110T120000Z", "DURATION:PT30M")),
        ["2026-11-10 12:00 12:30"],
    ),
    "one of whole days made a meeting": (
        calendar(
            event("DTSTART;VALUE=DATE:20261124", "RRULE:FREQ=DAILY;COUNT=2"),
            event("RECURRENCE-ID;VALUE=DATE:20261125", *TEN),
        ),
        ["2026-11-23 23:00 2026-11-24 23:00", *TEN_READ],
    ),
    "the newer of two versions": (
        calendar(
            event("DTSTART:20261127T100000Z", "DURATION:PT1H", "SEQUENCE:1"), event(*TEN, "SEQUENCE:3"),
        ),
        TEN_READ,
    ),
    "two events under one UID": (
        calendar(event("DTSTART:20261127T100000Z", "DURATION:PT1H"), event(*TEN)),
        [*TEN_READ, "2026-11-27 10:00 11:00"],
    ),
}  # fmt: skip

NONSENSE = {
    "no start": (calendar(event("DTEND:20261126T110000Z"), event(*TEN, uid="two")), TEN_READ),
    "a start that is none": (calendar(event("DTSTART:tomorrow"), event(*TEN, uid="two")), TEN_READ),
    "a 30th of February": (calendar(event("DTSTART:20270230T100000Z"), event(*TEN, uid="two")), TEN_READ),
    "ends before it starts": (
        calendar(event(TEN[0], "DTEND:20261126T090000Z"), event(*TEN, uid="two")),
        TEN_READ,
    ),
    "a rule that is none": (
        calendar(event(*MONDAY, "RRULE:FREQ=SOMETIMES"), event(*TEN, uid="two")),
        TEN_READ,
    ),
    "a negative duration": (calendar(event(TEN[0], "DURATION:-PT1H"), event(*TEN, uid="two")), TEN_READ),
    "a 13th month": (calendar(event("DTSTART:20261301T000000Z"), event(*TEN, uid="two")), TEN_READ),
}

KINDS = {
    "ends": ENDS,
    "bytes": BYTES,
    "zones": ZONES,
    "whole days": WHOLE_DAYS,
    "marks": MARKS,
    "series": SERIES,
    "changes": CHANGES,
    "nonsense": NONSENSE,
    "programs": PROGRAMS,
}
