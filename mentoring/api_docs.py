"""The description of the API: as OpenAPI for programs, as a page for people, with scripts of our own site."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.problems import body_of


@cache
def openapi_description() -> dict[str, Any]:
    """Made once in each process: nothing in it depends on the reader."""
    found: dict[str, Any] = SchemaGenerator(urlconf="mentoring.urls").get_schema(request=None, public=True)
    return found


class SchemaView(APIView):
    public = True
    authentication_classes = []

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(openapi_description())


class DocsView(SpectacularSwaggerSplitView):
    public = True
    authentication_classes = []
    permission_classes = []
    renderer_classes = [TemplateHTMLRenderer]
    url_name = "api_schema"


@csrf_exempt
@login_not_required
def not_there(request: HttpRequest) -> HttpResponse:
    """The answer to unknown addresses within the API, in a form that programs can read."""
    return JsonResponse(body_of("not_found", _("There’s nothing here.")), status=404)
