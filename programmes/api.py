"""Programmes over the API: those of the person who calls, and for managers the people in one and its whole list."""

from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView, CountedView
from accounts.limits import take_upload
from accounts.models import AccessToken
from accounts.second_factor.factors import has_factor
from accounts.second_factor.session_state import OPTIONAL
from common.api.description import api_call
from common.api.errors import answers_for, as_api_error
from common.api.fields import Input, Text, WholeNumber, YesNo
from common.api.pages import PageQuery, Part, page_answer, read_page
from common.api.problems import ApiError, Fields

from .errors import ProgrammeError
from .managers import area_of
from .models import LIVE, Membership, MembershipState, Programme, Verdict
from .models.members import LONGEST_UNIT
from .models.rosters import LONGEST_TEXT
from .rosters.whole import BadRowsError, EndsManyError, ListOutcome, RowSent, WholeList, replace_roster

answers_for(
    ProgrammeError,
    unprocessable={"list_has_bad_rows", "list_empty", "list_too_long", "no_side"},
    fields=lambda error: {error.field: [error.message]} if error.field else {},
)

GIVES, ASKS = "mentor", "mentee"
MOST_BAD_ROWS = 100
FIELD_OF = {Verdict.BAD_NAME: "name", Verdict.BAD_UNIT: "unit", Verdict.BAD_SIDES: "sides"}


class ProgrammeOut(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()
    line = serializers.CharField(help_text="What it is, in one line. May be empty.")
    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True, help_text="Null for one that goes on.")
    time_zone = serializers.CharField(source="timezone")
    stage = serializers.CharField(help_text="`draft`, `open`, `closed`, `over` or `archived`.")
    is_member = serializers.BooleanField()
    is_manager = serializers.BooleanField(help_text="False while your role waits for its second step.")
    example = {
        "slug": "leadership-year",
        "name": "Leadership year",
        "line": "For new team leads",
        "first_day": "2026-09-01",
        "last_day": "2027-08-31",
        "time_zone": "Europe/Stockholm",
        "stage": "open",
        "is_member": False,
        "is_manager": True,
    }


class ProgrammesView(ApiView):
    @api_call(
        name="list_programmes",
        summary="The programmes I'm in or manage, or asked to join",
        answers=ProgrammeOut(many=True),
    )
    def get(self, request: Request) -> Response:
        mine = Programme.objects.open_to(self.person).order_by("name")
        managed = set(Programme.objects.managed_by(self.person).values_list("pk", flat=True))
        inside = set(self.person.memberships.filter(state=LIVE).values_list("programme", flat=True))
        for programme in mine:
            programme.stage = programme.stage_at(self.now)  # type: ignore[attr-defined]
            programme.is_member = programme.pk in inside  # type: ignore[attr-defined]
            programme.is_manager = programme.pk in managed  # type: ignore[attr-defined]
        return Response(ProgrammeOut(mine, many=True).data)


class ManagerView(ApiView):
    """A call about one programme, for its managers: by a session in which their role is awake, or by a token for it."""

    @property
    def area(self) -> str:
        return area_of(self.kwargs["slug"])

    @cached_property
    def programme(self) -> Programme:
        """Raises Http404 for who doesn't manage it now."""
        token = self.request.auth
        if isinstance(token, AccessToken) and token.area == self.area:
            # Their role was awake when they made it. It stays so in this call, while they still have a second step.
            needs_factor = settings.STAFF_SECOND_FACTOR != OPTIONAL
            self.person.role_sleeps = needs_factor and not has_factor(self.person)
        found = Programme.objects.managed_by(self.person).filter(slug=self.kwargs["slug"]).first()
        if found is None:
            raise Http404
        return found


class MembersQuery(PageQuery):
    state = serializers.ChoiceField(
        choices=MembershipState.values, default=LIVE.value, help_text="Whom to list: members, unless you say otherwise."
    )


class MemberOut(serializers.Serializer[Membership]):
    """As on the page of managers: no addresses, and days instead of moments."""

    id = serializers.UUIDField(source="person.uuid")
    name = serializers.CharField(source="person.display_name")
    state = serializers.ChoiceField(choices=MembershipState.values)
    sides = serializers.SerializerMethodField()
    unit = serializers.CharField(help_text="May be empty.")
    joined_on = serializers.SerializerMethodField(help_text="Of who asked to join: when they did.")
    ended_on = serializers.SerializerMethodField()
    example = {
        "id": "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f",
        "name": "Sam Field",
        "state": "live",
        "sides": [ASKS],
        "unit": "Sales",
        "joined_on": "2026-11-24",
        "ended_on": None,
    }

    def get_sides(self, row: Membership) -> list[str]:
        return [name for name, is_theirs in ((GIVES, row.gives), (ASKS, row.asks)) if is_theirs]

    def get_joined_on(self, row: Membership) -> date:
        return day_of(row.joined_at, row.programme)

    def get_ended_on(self, row: Membership) -> date | None:
        return day_of(row.ended_at, row.programme) if row.ended_at else None


def day_of(moment: datetime, programme: Programme) -> date:
    return moment.astimezone(ZoneInfo(programme.timezone)).date()


class ProgrammeMembersView(ManagerView):
    @api_call(
        name="list_members",
        summary="The people in a programme that I manage",
        query=MembersQuery,
        answers=MemberOut,
        paged=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = self.read_query()
        rows = Membership.objects.filter(programme=self.programme, person__is_active=True, state=asked.pop("state"))
        found = rows.select_related("person", "programme")
        page = read_page(lambda moment: [Part(found, "joined_at", newest_first=True)], **asked, now=self.now)
        return Response(page_answer(request, [MemberOut(row).data for row in page.rows], page.following))


class Sides(serializers.MultipleChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[GIVES, ASKS], allow_empty=False, required=False, **options)


class PersonIn(Input):
    email = Text(lines=False, max_length=LONGEST_TEXT)
    name = Text(lines=False, max_length=LONGEST_TEXT, required=False, allow_blank=True)
    sides = Sides(help_text="What this person can do, if it isn't what `sides` of the whole list says.")
    unit = Text(
        lines=False,
        max_length=LONGEST_TEXT,
        required=False,
        allow_blank=True,
        help_text=f"A team, department or faculty, up to {LONGEST_UNIT} characters.",
    )

    @staticmethod
    def to_row(said: dict[str, Any]) -> RowSent:
        return RowSent(
            said["email"], said.get("name", ""), ",".join(sorted(said.get("sides", ()))), said.get("unit", "")
        )


class RosterIn(Input):
    people: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=PersonIn(), max_length=settings.MAX_LIST_ROWS, help_text="Everyone on the list."
    )
    sides = Sides(help_text="What people on it can do; without it, they look for mentors.")
    keep_outside = YesNo(
        required=False, default=False, help_text="Invite people, too, whose address is outside the programme's domains."
    )
    confirm = WholeNumber(
        least=1,
        most=settings.MAX_INVITED + 10**6,
        required=False,
        help_text="How many people this may end, where it is more than a fifth.",
    )
    example = {
        "people": [{"email": "sam@example.org", "name": "Sam Field", "sides": [ASKS], "unit": "Sales"}],
        "sides": [ASKS],
    }

    @staticmethod
    def to_list(said: dict[str, Any]) -> WholeList:
        sides = said.get("sides", {ASKS})
        rows = [PersonIn.to_row(one) for one in said["people"]]
        return WholeList(rows, GIVES in sides, ASKS in sides, said["keep_outside"], said.get("confirm"))


class RosterOut(serializers.Serializer[ListOutcome]):
    """Numbers of people: `shut_out` were removed or declined before, and only a manager lets them in again."""

    invited = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    shut_out = serializers.IntegerField()
    ended = serializers.IntegerField(help_text="Whom a list had brought or invited, and who aren't on this one.")
    example = {"invited": 12, "changed": 1, "unchanged": 287, "shut_out": 0, "ended": 3}


class RosterRefusal(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField())
    )
    ending = serializers.IntegerField(
        required=False, help_text="With `ends_many`: how many people would be out. Send it back as `confirm`."
    )
    example = {
        "code": "ends_many",
        "message": "120 people aren’t on this list and would be out. If that’s right, send it again with confirm: 120.",
        "fields": {"confirm": ["120 people aren’t on this list and would be out."]},
        "ending": 120,
    }


class RosterView(CountedView, ManagerView):
    largest_body: ClassVar[int] = settings.MAX_LIST_BYTES

    def count_attempt(self) -> None:
        # Who doesn't manage the programme gets a 404 here, and isn't counted.
        if self.programme and (again := take_upload(self.request._request, self.person)):
            words = _("You’ve sent a lot of lists in a short time. Wait a while, then try again.")
            raise ProgrammeError("too_often", words, wait=again - self.now)

    @api_call(
        name="replace_roster",
        summary="Replace the list of people of a programme that I manage",
        body=RosterIn,
        answers=RosterOut,
        refusal=RosterRefusal,
    )
    def put(self, request: Request, slug: str) -> Response:
        programme = self.programme
        given = RosterIn.to_list(self.read_body())
        try:
            done = replace_roster(programme=programme, given=given, by=self.person, now=self.now)
        except EndsManyError as refused:
            raise as_api_error(refused, ending=refused.ending) from refused
        except BadRowsError as refused:
            raise name_bad_rows(refused) from refused
        return Response(RosterOut(done).data)


def name_bad_rows(refused: BadRowsError) -> ApiError:
    """Names each row as the list has it, from 0, with the words that the page has for its verdict."""
    fields: Fields = {}
    for number, verdict in refused.rows[:MOST_BAD_ROWS]:
        fields[f"people.{number}.{FIELD_OF.get(verdict, 'email')}"] = [str(verdict.label)]
    error = as_api_error(refused)
    return ApiError(error.code, error.message, status=error.status, fields=fields)
