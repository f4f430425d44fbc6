"""Lists: from a file to people who are in, and what is refused on the way."""

import threading
from datetime import timedelta
from smtplib import SMTPDataError

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.privacy.retention import retain
from accounts.services import create_person
from notifications.models import InboxItem, Notification
from programmes.domains import DomainInput, add_domain
from programmes.errors import ProgrammeError
from programmes.managers import give_manager
from programmes.members import leave, remove_member
from programmes.models import (
    Invitee,
    Membership,
    MembershipState,
    ProgrammeState,
    Roster,
    RosterRow,
    RosterState,
    Source,
    Verdict,
)
from programmes.notices import LIST_APPLIED, list_lines
from programmes.rosters import invitees
from programmes.rosters.acts import (
    ListInput,
    apply_roster,
    choose_columns,
    drop_bad_rows,
    drop_roster,
    keep_outside,
    open_roster_of,
    roster_mark,
    upload_roster,
)
from programmes.rosters.invitees import come_in, tell_invited
from programmes.rosters.reading import read_list
from tests.any_speed import SHARED_FIXTURES
from tests.conftest import NOW
from tests.hostile import HOSTILE
from tests.programmes.listing import apply, csv_of, invite, mend, upload, verdicts_of
from tests.programmes.making import let_in, make_link, make_programme
from tests.sessions_app.helpers.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
READ = RosterState.READ
NEW, KNOWN, UNCHANGED, SHUT_OUT, TWICE, BAD_ADDRESS, OUTSIDE, BAD_NAME, BAD_SIDES, BAD_UNIT = Verdict.values


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(ProgrammeError) as refused:
        act(*args, **kwargs)
    return refused.value.code


def refusal_of(content: bytes) -> str:
    return code_of(read_list, content)


def invited(programme) -> list[str]:
    return list(Invitee.objects.filter(programme=programme).order_by("address").values_list("address", flat=True))


def state_of(person, programme) -> tuple:
    row = Membership.objects.filter(person=person, programme=programme).first()
    return row and (row.state, row.gives, row.asks, row.source)


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", "\t"), ("cp1252", ";")]
)
def test_list_of_any_usual_program_is_read(encoding, delimiter):
    rows = [["E-Mail", "Name"], ["zoë@münchen.example", "Zoë Müller"], [], ["b@example.org", "Bö"]]
    content = "\n".join(delimiter.join(row) for row in rows).encode(encoding)

    assert read_list(content).rows == [(1, rows[0]), (2, rows[1]), (4, rows[3])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "list_empty"),
        (b"\n ,,\n", "list_empty"),
        (b"email\x00\na@example.org", "list_not_text"),
        ("email\na@example.org".encode("utf-16"), "list_not_text"),
        ("email\na@example.org".encode("utf-16-be"), "list_not_text"),
        (b"email\n\x81\x8d", "list_encoding"),
        (b'email\n"a@example.org\nb@example.org', "list_unreadable"),
        (b"," * 1_000_000, "list_too_wide"),
        (b"email\n" + b"a@example.org\n" * 10_001, "list_too_long"),
        (b"\n" * 200_000, "list_too_long"),
        (b"x" * (5 * 1024 * 1024 + 1), "list_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_file_that_is_no_list_is_refused(content, code):
    assert refusal_of(content) == code


def test_row_that_can_not_be_read_is_named():
    with pytest.raises(ProgrammeError, match="row 3"):
        read_list(b'email\na@example.org\n"b@example.org\nc@example.org')


@settings(max_examples=150, suppress_health_check=SHARED_FIXTURES)
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
@example(b'"')
@example("\ufeffemail\n\u202e@x".encode())
@example(b"email,name\n=1+1@example.org,=cmd()")
def test_any_bytes_become_verdicts_or_a_refusal(programme, alice, content):
    """And a refusal leaves nothing behind."""
    with transaction.atomic():
        field = ""
        try:
            upload_roster(programme=programme, given=ListInput(content, gives=False, asks=True), by=alice, now=NOW)
        except ProgrammeError as refused:
            field = refused.field
        lists = [(one.state, set(one.rows.values_list("verdict", flat=True))) for one in Roster.objects.all()]
        transaction.set_rollback(True)

    assert (field == "file") == (lists == [])
    assert all(verdicts <= ({""} if state == READ else set(Verdict.values)) for state, verdicts in lists)
    assert all(verdicts for _state, verdicts in lists)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_texts_are_rows_like_others(programme, alice, text):
    quoted = text.replace('"', '""').replace("\x00", "")

    roster = upload(programme, alice, "email,name,unit,role", f'"{quoted}","{quoted}","{quoted}","{quoted}"', "b@x.org")

    assert verdicts_of(roster)[-1] == NEW


def test_each_row_gets_its_verdict(programme, alice, bob, charlie, dora):
    let_in(bob, programme, alice)
    let_in(charlie, programme, alice)
    let_in(dora, programme, alice)
    remove_member(programme=programme, person=dora, by=alice, now=NOW)

    roster = upload(
        programme,
        alice,
        "Name;E-Mail;Rolle;Abteilung",
        "New;New@Example.org;;Sales",
        f"Bob;{bob.email};mentee;",
        f"Charlie;{charlie.email};Mentor;",
        f"Dora;{dora.email};;",
        "Again;new@example.org;;",
        "Nowhere;new@;;",
        '"=HYPERLINK(1)";a@example.org;;',
        "Who;b@example.org;chief;",
        "Unit;c@example.org;;+SUM(A1)",
        "Zoë 李;d@example.org;both;",
    )

    assert verdicts_of(roster) == [
        NEW,
        UNCHANGED,
        KNOWN,
        SHUT_OUT,
        TWICE,
        BAD_ADDRESS,
        BAD_NAME,
        BAD_SIDES,
        BAD_UNIT,
        NEW,
    ]
    assert roster.bad == 5


def test_list_is_applied_once_and_nobody_is_created(programme, alice, bob):
    let_in(bob, programme, alice)
    people = User.objects.count()
    roster = upload(programme, alice, "email,role", f"{bob.email},both", "new@example.org,mentor", "a@example.org,")

    assert [apply(roster, alice) for _again in range(2)] == [2, 2]

    roster.refresh_from_db()
    assert (roster.state, roster.rows.count(), roster.invited) == (RosterState.APPLIED, 0, 2)
    assert invited(programme) == ["a@example.org", "new@example.org"]
    assert state_of(bob, programme) == (MembershipState.LIVE, True, True, Source.LINK)
    assert User.objects.count() == people


def test_who_is_invited_already_is_not_counted_as_invited_again(programme, alice):
    assert invite(programme, alice, "email,department", "a@example.org,Law") == 1

    assert invite(programme, alice, "email,department", "a@example.org,Sales", "b@example.org,") == 1
    assert list(Roster.objects.order_by("pk").values_list("invited", flat=True)) == [1, 1]
    assert dict(Invitee.objects.values_list("address", "unit")) == {"a@example.org": "Sales", "b@example.org": ""}


def test_declined_invitations_take_no_room_of_others(programme, alice, settings):
    settings.MAX_INVITED = 1
    invite(programme, alice, "email", "a@example.org")
    assert code_of(invite, programme, alice, "email", "b@example.org") == "too_many_invited"
    drop_roster(programme=programme, by=alice, seen=roster_mark(open_roster_of(programme)), now=NOW)

    Invitee.objects.update(declined_at=NOW)

    assert invite(programme, alice, "email", "b@example.org") == 1


def test_bad_row_keeps_a_list_from_being_applied(programme, alice):
    roster = upload(programme, alice, "email", "a@example.org", "nobody", "b@example.org")

    assert code_of(apply, roster, alice) == "list_has_bad_rows"
    with pytest.raises(IntegrityError), transaction.atomic():
        Roster.objects.update(state=RosterState.APPLIED, settled_at=NOW)
    assert invited(programme) == []

    assert mend(roster, alice, 3, "nobody@example.org") == NEW
    assert apply(roster, alice) == 3


def test_bad_rows_can_be_dropped_together(programme, alice):
    roster = upload(programme, alice, "email", "a@example.org", "nobody", "a@example.org")

    assert drop_bad_rows(programme=programme, by=alice, seen=roster_mark(roster)) == 2
    assert apply(roster, alice) == 1


def test_list_is_shown_again_when_members_have_changed(programme, alice, bob):
    roster = upload(programme, alice, "email", bob.email, "a@example.org")
    seen = roster_mark(roster)
    let_in(bob, programme, alice)

    about = {"programme": programme, "number": roster.pk, "by": alice, "seen": seen, "now": NOW}
    assert [code_of(apply_roster, **about) for _again in range(2)] == ["stale", "stale"]
    assert (invited(programme), verdicts_of(roster)) == ([], [UNCHANGED, NEW])
    assert apply(roster, alice) == 1


def test_row_that_another_manager_has_mended_is_shown_again(programme, alice):
    roster = upload(programme, alice, "email", "a@example.org")
    seen = roster_mark(roster)
    mend(roster, alice, 2, "b@example.org")

    about = {"programme": programme, "number": roster.pk, "by": alice, "seen": seen, "now": NOW}
    assert code_of(apply_roster, **about) == "stale"


def test_only_its_managers_do_anything_with_a_list(programme, alice, bob, maria):
    roster = upload(programme, alice, "email", "a@example.org")
    seen = roster_mark(roster)

    for stranger in (bob, maria):
        about = {"programme": programme, "by": stranger}
        for act in (
            lambda about=about: apply_roster(**about, number=roster.pk, seen=seen, now=NOW),
            lambda about=about: drop_roster(**about, seen=seen, now=NOW),
            lambda about=about: drop_bad_rows(**about, seen=seen),
            lambda by=stranger: mend(roster, by, 2, "b@example.org"),
            lambda about=about: upload_roster(**about, given=ListInput(b"a@b.org", gives=True, asks=True), now=NOW),
        ):
            with pytest.raises(PermissionDenied):
                act()
    assert verdicts_of(roster) == [NEW]


def test_one_list_at_a_time(programme, alice):
    roster = upload(programme, alice, "email", "a@example.org")

    assert code_of(upload, programme, alice, "email", "b@example.org") == "list_open"
    with pytest.raises(IntegrityError), transaction.atomic():
        Roster.objects.create(
            programme=programme, by=alice, at=NOW, file_hash="x", state=RosterState.CHECKED, gives=True
        )
    drop_roster(programme=programme, by=alice, seen=roster_mark(roster), now=NOW)
    upload(programme, alice, "email", "b@example.org")
    assert RosterRow.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "closed", "archived"])
def test_programme_that_takes_nobody_takes_no_list(programme, alice, state):
    roster = upload(programme, alice, "email", "a@example.org")
    programme.state = state
    programme.save()

    assert code_of(apply, roster, alice) == ("programme_over" if state == "archived" else f"programme_{state}")


def test_columns_that_nobody_knows_are_chosen_and_remembered(programme, alice):
    rows = ("Kontakt;Wer", "a@example.org;Zoë", "b@example.org;Bo")
    roster = upload(programme, alice, "Kontakt;Zweitkontakt;Wer", "x;y;Zoë", "z;v;Bo")
    about = {"programme": programme, "by": alice}
    assert (roster.state, roster.columns) == (RosterState.READ, {})
    assert code_of(apply, roster, alice) == "stale"
    assert code_of(choose_columns, **about, chosen={"name": "Wer"}, seen=roster_mark(roster)) == "no_address_column"
    chosen = {"address": "Kontakt", "name": "Kontakt"}
    assert code_of(choose_columns, **about, chosen=chosen, seen=roster_mark(roster)) == "column_twice"
    choose_columns(**about, chosen={"address": "Kontakt", "name": "Wer"}, seen=roster_mark(roster))
    roster.refresh_from_db()
    assert verdicts_of(roster) == [BAD_ADDRESS, BAD_ADDRESS]

    drop_roster(**about, seen=roster_mark(roster), now=NOW)
    again = upload(programme, alice, *rows)

    assert verdicts_of(again) == [NEW, NEW]
    assert list(again.rows.order_by("number").values_list("name", flat=True)) == ["Zoë", "Bo"]


def test_bare_list_of_addresses_needs_no_headings(programme, alice):
    roster = upload(programme, alice, "a@example.org", "b@example.org")

    assert list(roster.rows.order_by("number").values_list("number", "address")) == [
        (1, "a@example.org"),
        (2, "b@example.org"),
    ]


def test_person_comes_in_with_a_proven_address_and_only_once(programme, alice, bob):
    invite(programme, alice, "email", bob.email, gives=True)
    assert state_of(bob, programme) is None

    assert [come_in(person=bob, now=NOW) for _again in range(2)] == [[programme], []]

    assert state_of(bob, programme) == (MembershipState.LIVE, True, True, Source.LIST)
    assert invited(programme) == []


def test_address_that_is_not_proven_lets_nobody_in(programme, alice):
    person = create_person(email="typed@example.org", name="Typed", timezone="", verified=False)
    invite(programme, alice, "email", person.email)

    assert come_in(person=person, now=NOW) == []
    assert (state_of(person, programme), invited(programme)) == (None, [person.email])


def test_removed_stay_removed_and_who_left_chooses(programme, alice, bob, charlie):
    for person in (bob, charlie):
        let_in(person, programme, alice)
    invite(programme, alice, "email", "a@example.org")
    leave(person=charlie, programme=programme, now=NOW)
    invite(programme, alice, "email", charlie.email)
    remove_member(programme=programme, person=bob, by=alice, now=NOW)
    Invitee.objects.create(programme=programme, address=bob.email, invited_at=NOW)

    assert [come_in(person=one, now=NOW) for one in (bob, charlie)] == [[], []]
    assert invited(programme) == ["a@example.org", charlie.email]
    assert state_of(charlie, programme)[0] == MembershipState.LEFT
    assert come_in(person=charlie, now=NOW, programme=programme) == [programme]
    assert [state_of(one, programme)[0] for one in (bob, charlie)] == [MembershipState.REMOVED, MembershipState.LIVE]


def test_who_asked_and_is_listed_is_let_in(programme, alice, bob):
    let_in(bob, programme, alice, needs_yes=True)

    assert invite(programme, alice, "email", bob.email) == 0

    assert state_of(bob, programme) == (MembershipState.LIVE, False, True, Source.LIST)


def test_nobody_comes_into_a_closed_programme_and_later_they_do(programme, alice, bob):
    invite(programme, alice, "email", bob.email)
    programme.state = ProgrammeState.CLOSED
    programme.save()
    assert come_in(person=bob, now=NOW) == []
    programme.state = ProgrammeState.OPEN
    programme.save()

    assert come_in(person=bob, now=NOW) == [programme]


def test_invitations_are_mailed_once(programme, alice, settings):
    settings.INVITATIONS_A_MINUTE = 2
    invite(programme, alice, "email,name", "a@example.org,Zoë", "b@example.org,", "c@example.org,")

    assert [tell_invited(now=NOW) for _again in range(3)] == [2, 1, 0]
    assert sorted(one.to[0] for one in mail.outbox) == ["a@example.org", "b@example.org", "c@example.org"]
    assert all(programme.name in one.body for one in mail.outbox)


@pytest.mark.parametrize(
    ("answer", "is_bounced", "told"),
    [((550, b"5.1.1 no such user"), True, [1, 0]), ((451, b"4.7.1 greylisted, try later"), False, [1, 1])],
)
def test_a_mail_that_is_refused_keeps_no_other_waiting(programme, alice, monkeypatch, answer, is_bounced, told):
    """Some servers refuse a recipient only once they have the mail."""
    invite(programme, alice, "email", "a@example.org", "b@example.org")
    tried = []

    def refuse_first(letter):
        tried.append(letter.to)
        if tried == ["a@example.org"]:
            raise SMTPDataError(*answer)

    monkeypatch.setattr(invitees, "send_here", refuse_first)

    assert [tell_invited(now=NOW), tell_invited(now=NOW + timedelta(hours=2))] == told
    assert tried[:2] == ["a@example.org", "b@example.org"]
    assert bool(Invitee.objects.get(address="a@example.org").bounced) == is_bounced


def test_old_addresses_and_unfinished_lists_are_forgotten(programme, other, alice, dora):
    invite(programme, alice, "email", "a@example.org")
    upload(other, dora, "email", "b@example.org")

    retain(now=NOW + timedelta(days=13))
    assert (Invitee.objects.count(), RosterRow.objects.count()) == (1, 1)
    retain(now=NOW + timedelta(days=15))
    assert (Invitee.objects.count(), RosterRow.objects.count()) == (1, 0)
    retain(now=NOW + timedelta(days=181))
    assert Invitee.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_apply_at_once_do_it_once(alice, maria, bob):
    programme = make_programme(alice, maria)
    roster = upload(programme, alice, "email", *(f"p{n}@example.org" for n in range(200)))
    seen = roster_mark(roster)
    about = {"programme": programme, "number": roster.pk, "by": alice, "seen": seen, "now": NOW}

    assert race([lambda: apply_roster(**about)] * 3) == {"won": 3}

    assert Invitee.objects.count() == 200


@pytest.mark.django_db(transaction=True)
def test_list_whose_connection_is_killed_in_the_middle_has_done_nothing(alice, maria):
    programme = make_programme(alice, maria)
    roster = upload(programme, alice, "email", *(f"p{n}@example.org" for n in range(3000)))
    begun = threading.Event()

    def kill_in_the_middle():
        with transaction.atomic():
            apply(roster, alice)
            begun.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Exception, match=r"terminat|closed"):
        kill_in_the_middle()
    connection.close()

    roster.refresh_from_db()
    assert begun.is_set()
    assert (roster.state, Invitee.objects.count(), roster.rows.count()) == (RosterState.CHECKED, 0, 3000)
    assert apply(roster, alice) == 3000


def test_address_outside_the_domains_is_kept_or_dropped(programme, alice, maria):
    add_domain(programme=programme, given=DomainInput("uni.example", False, True, False), by=maria, now=NOW)
    roster = upload(programme, alice, "email", "a@uni.example", "b@law.uni.example", "c@example.org")
    assert verdicts_of(roster) == [NEW, OUTSIDE, OUTSIDE]

    assert keep_outside(programme=programme, by=alice, seen=roster_mark(roster)) == 2
    assert apply(roster, alice) == 3


def test_unit_of_a_list_becomes_the_members(programme, alice, bob, charlie):
    let_in(bob, programme, alice)

    invite(programme, alice, "email,department", f"{bob.email},Sales", f"{charlie.email},Law")
    come_in(person=charlie, now=NOW)
    again = upload(programme, alice, "email,department", f"{bob.email},", f"{charlie.email},Law")

    units = Membership.objects.filter(programme=programme).values_list("person", "unit")
    assert dict(units) == {bob.pk: "Sales", charlie.pk: "Law"}
    assert verdicts_of(again) == [UNCHANGED, UNCHANGED]


def test_link_and_list_together_make_one_member(programme, alice, bob):
    invite(programme, alice, "email", bob.email, gives=True, asks=False)
    let_in(bob, programme, alice)

    assert come_in(person=bob, now=NOW) == [programme]
    assert state_of(bob, programme) == (MembershipState.LIVE, True, True, Source.LINK)
    assert make_link(programme, alice)[0].uses == 0
    assert csv_of("a", "b") == b"a\r\nb"


def test_other_managers_read_in_their_inbox_who_applied_a_list(programme, alice, dora, maria):
    give_manager(programme=programme, person=dora, by=maria, now=NOW)
    roster = upload(programme, alice, "email", "kim@uni.example", "lee@uni.example")

    for _again in range(2):
        apply(roster, alice)

    [item] = InboxItem.objects.filter(kind=LIST_APPLIED)
    [line] = list_lines([item], dora, NOW).values()
    assert (item.recipient, line.url) == (dora, f"/programmes/{programme.slug}/manage/list/")
    assert (alice.display_name in line.text, "2 people" in line.text) == (True, True)
    assert not Notification.objects.filter(kind=LIST_APPLIED).exists()
    assert list_lines([item], maria, NOW) == {}
