"""Plans of an event, for its organisers. Everyone else gets a 404, as for an event that doesn't exist."""

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from events.access import get_led_event
from events.models import Event, Plan
from events.pages.plan_page import people_of, plan_rounds
from events.planning.plans import ask_plan
from events.planning.publishing import publish_plan

from .shapes import NoBody, PlanBody, PlanOut


class PlansOfView(ApiView):
    def find_plan(self, event: Event, number: int) -> Plan:
        return get_object_or_404(Plan.objects.whole().select_related("event"), event=event, number=number)

    def answer_with(self, plan: Plan, status: int = 200) -> Response:
        rounds = plan_rounds(plan, people_of(plan.event))
        return Response(PlanOut(plan, context={"rounds": rounds}).data, status=status)


class PlansView(PlansOfView):
    @api_call(name="ask_plan", summary="Have a plan made", body=PlanBody, answers=PlanOut, status=201)
    def post(self, request: Request, slug: str) -> Response:
        event, sent = get_led_event(slug, self.person), self.read_body()
        kept = self.find_plan(event, sent["keep"]).locks if "keep" in sent else []
        plan = ask_plan(event=event, by=self.person, now=self.now, locks=[tuple(row) for row in kept])
        return self.answer_with(plan, status=201)


class PlanView(PlansOfView):
    @api_call(name="read_plan", summary="One plan, with who meets whom", answers=PlanOut)
    def get(self, request: Request, slug: str, number: int) -> Response:
        return self.answer_with(self.find_plan(get_led_event(slug, self.person), number))


class PublishPlanView(PlansOfView):
    @api_call(name="publish_plan", summary="Make a plan the timetable, and tell everyone", body=NoBody, answers=PlanOut)
    def post(self, request: Request, slug: str, number: int) -> Response:
        plan = self.find_plan(get_led_event(slug, self.person), number)
        self.read_body()
        return self.answer_with(publish_plan(plan=plan, now=self.now))
