"""What all that stands on other sites shares: anybody may frame it, no cookie is read or set, and caches may keep it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from dashboards import parameters
from dashboards.parameters import BadParameter
from dashboards.views.pages import Moved
from edits.finding import UnknownProject

View = Callable[..., HttpResponseBase]
KEPT_SECONDS = 600
EVERYWHERE = {"frame-ancestors": ["*"]}


def embedded(view: View) -> View:
    """`view` in the language that `lang` names, whoever asks: one address has one answer, which caches may keep."""

    @xframe_options_exempt
    @csp_replace(EVERYWHERE)
    @require_safe
    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            language = parameters.choice(request.GET, "lang", dict(settings.LANGUAGES), settings.LANGUAGE_CODE)
            with translation.override(language):
                response = view(request, *args, **kwargs)
            response["Content-Language"] = language
        except Moved as moved:
            query = request.META.get("QUERY_STRING", "")
            response = redirect(f"{moved.address}{f'?{query}' if query else ''}", permanent=True)
        except UnknownProject as error:
            response = _refused(str(error), 404)
        except BadParameter as error:
            response = _refused(str(error), 400)
        if response.status_code == 200:
            patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
            response["Access-Control-Allow-Origin"] = "*"
        return response

    framed: View = answered
    return framed


def _refused(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
