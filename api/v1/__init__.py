"""Version 1 of the API: its operations, by resource, and the object that serves and describes them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as InvalidText
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from ninja import NinjaAPI
from ninja.errors import ValidationError

from alerts.lifecycle import ChangedMeanwhile, IllegalTransition
from annotations.limits import TooMuch
from api.edge import public
from api.paging import BadCursor, UnknownField
from api.problems import MEDIA_TYPE, ParameterProblem, UnknownParameter, problem_response
from api.tokens import BadToken
from api.v1 import about, alerts, context, counts, decisions, projects, reports
from api.writing import WRITES, Refused

DESCRIPTION = """Monthly counts of Wikimedia's wikis, what was expected of them, and the months that stood out.

No account is needed. Months are written `YYYY-MM` and are calendar months in UTC. A missing count is null and never zero.
Every list takes `limit`, `cursor` and `fields`; every answer has an `ETag`. Errors are RFC 9457 problem documents.
Counts are those of the Wikimedia Analytics API, CC0 1.0.

A version of the API keeps its fields and their meaning; fields may be added. A version that is to end says so for a
year before, in the headers `Deprecation` and `Sunset`."""


class DescribedAPI(NinjaAPI):
    """With errors described as what they are: problem documents."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        schema = super().get_openapi_schema(*args, **kwargs)
        about = "Made by an administrator, for a moderator's script. Reading needs none."
        schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": about}}
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"][MEDIA_TYPE] = response["content"].pop("application/json")
        return schema


api = DescribedAPI(
    title="Community Activity Alerts",
    version=settings.VERSION,
    description=DESCRIPTION,
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url="openapi.json",
)
api.add_router("", about.router)
api.add_router("", projects.router)
api.add_router("", counts.router)
api.add_router("", alerts.router)
api.add_router("", context.router)
api.add_router("", decisions.router)
api.add_router("", reports.router)


@api.exception_handler(ValidationError)
def refuse_values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """400, with each parameter that could not be used."""
    errors = [
        ParameterProblem(parameter=_parameter(each), detail=each["msg"].removeprefix("Value error, ")) for each in error.errors
    ]
    return problem_response(request, 400, "; ".join(each.detail for each in errors), errors)


def _parameter(error: dict[str, Any]) -> str:
    """The name of the parameter: the last part of its place, or none where the request as a whole was wrong."""
    place = [part for part in error["loc"] if isinstance(part, str) and part not in {"query", "path", "body"}]
    return place[-1] if place else ""


@api.exception_handler(UnknownField)
@api.exception_handler(UnknownParameter)
def refuse_name(request: HttpRequest, error: UnknownField | UnknownParameter) -> HttpResponse:
    return problem_response(request, 400, str(error), [error.problem])


@api.exception_handler(BadCursor)
def refuse_cursor(request: HttpRequest, error: BadCursor) -> HttpResponse:
    return problem_response(request, 400, str(error), [ParameterProblem(parameter="cursor", detail=str(error))])


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem_response(request, 404, str(error))


@api.exception_handler(BadToken)
def refuse_token(request: HttpRequest, error: BadToken) -> HttpResponse:
    response = problem_response(request, 401, str(error))
    response["WWW-Authenticate"] = 'Bearer realm="api", error="invalid_token"'
    return response


@api.exception_handler(Refused)
def refuse(request: HttpRequest, error: Refused) -> HttpResponse:
    response = problem_response(request, error.status, str(error))
    for name, value in error.headers.items():
        response[name] = value
    return response


@api.exception_handler(PermissionDenied)
def refuse_person(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problem_response(request, 403, f"The owner of this token may not do this. {error}")


@api.exception_handler(InvalidText)
def refuse_text(request: HttpRequest, error: InvalidText) -> HttpResponse:
    """400, with each field whose value cannot be stored."""
    errors = [
        ParameterProblem(parameter="" if name == NON_FIELD_ERRORS else name, detail=" ".join(words))
        for name, words in error.message_dict.items()
    ]
    return problem_response(request, 400, "; ".join(each.detail for each in errors), errors)


@api.exception_handler(IllegalTransition)
@api.exception_handler(ChangedMeanwhile)
def refuse_move(request: HttpRequest, error: IllegalTransition | ChangedMeanwhile) -> HttpResponse:
    return problem_response(request, 409, str(error.message))


@api.exception_handler(TooMuch)
def refuse_more(request: HttpRequest, error: TooMuch) -> HttpResponse:
    response = problem_response(request, 429, error.message)
    response["Retry-After"] = str(error.retry_after)
    return response


def _no_such_address(request: HttpRequest) -> HttpResponse:
    return problem_response(request, 404, "There is no such resource: /api/v1/openapi.json lists them all")


def _urlpatterns() -> list[URLPattern]:
    patterns = [*api.urls[0], re_path(r"^.*$", _no_such_address, name="none")]
    found = [pattern for pattern in patterns if isinstance(pattern, URLPattern)]
    for pattern in found:
        pattern.callback = public(pattern.callback, writes=pattern.name in WRITES)
    return found


app_name = "api-v1"
urlpatterns = _urlpatterns()
