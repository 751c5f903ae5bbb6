"""Errors as `application/problem+json` (RFC 9457), each naming the parameter that was wrong and what is allowed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

MEDIA_TYPE = "application/problem+json"
View = Callable[..., HttpResponse]


class ParameterProblem(Schema):
    """One parameter that could not be used."""

    parameter: str = Field(description="Its name, as it stands in the address.")
    detail: str = Field(description="What was wrong with its value, and what is allowed.")


class Problem(Schema):
    """Why a request was refused."""

    type: str = Field(default="about:blank", description="The kind of problem, as a URI.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(default="", description="What was wrong with this request, and what to do.")
    instance: str = Field(default="", description="The path that was asked for.")
    errors: list[ParameterProblem] = Field(default=[], description="The parameters that could not be used.")


def problem_response(
    request: HttpRequest, status: int, detail: str = "", errors: list[ParameterProblem] | None = None
) -> HttpResponse:
    """The answer that refuses `request` with `status`."""
    problem = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, instance=request.path, errors=errors or []
    )
    return HttpResponse(problem.model_dump_json(), status=status, content_type=MEDIA_TYPE)


class UnknownParameter(ValueError):
    """The address has a parameter that nobody reads there."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"There is no parameter {name!r} here: known are {', '.join(known) or 'none'}")
        self.problem = ParameterProblem(parameter=name, detail=str(self))


def only(names: Iterable[str], known: list[str]) -> None:
    """Raise UnknownParameter for the first, by the alphabet, of `names` that is not `known`."""
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise UnknownParameter(unknown[0], known)


def understands(*known: str) -> Callable[[View], View]:
    """Declare a view outside the schema: every parameter but those that are `known` is refused with 400."""

    def decorated(view: View) -> View:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                only(request.GET, list(known))
            except UnknownParameter as error:
                return problem_response(request, 400, str(error), [error.problem])
            return view(request, *args, **kwargs)

        return checked

    return decorated
