"""How an operation is declared: the parameters that it reads, and the answers that it may give."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from django.http import HttpRequest
from ninja import Router

from api.problems import Problem, only

View = Callable[..., Any]


def get(router: Router, path: str, model: Any, *, can_miss: bool = False) -> Callable[[View], View]:
    """Declare an operation that gives `model`, named as its function. `can_miss`: it looks for a thing by its name.

    A parameter that the function's `query` does not have is refused: one that is silently left out gives a wrong answer.
    """
    answers = {200: model, 400: Problem, 429: Problem} | ({404: Problem} if can_miss else {})

    def declare(view: View) -> View:
        known = _parameter_names(view)

        @functools.wraps(view)
        def checked(request: HttpRequest, **values: Any) -> Any:
            only(request.GET, known)
            return view(request, **values)

        checked.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]  # known to inspect alone
        router.get(path, response=answers, exclude_unset=True, operation_id=view.__name__)(checked)
        return view

    return declare


def _parameter_names(view: View) -> list[str]:
    query = get_type_hints(view, include_extras=True).get("query")
    if query is None:
        return []
    model = get_args(query)[0]
    return sorted(field.alias or name for name, field in model.model_fields.items())
