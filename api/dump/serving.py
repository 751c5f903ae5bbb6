"""The manifest and the files of the newest dump, and the files of those before it, which can be fetched in pieces."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from api.dump.building import dumps, manifest_of
from api.edge import CACHE_SECONDS
from api.problems import understands

FOR_GOOD = 31_536_000  # seconds: a file of a dump never changes


def newest_dump(request: HttpRequest) -> dict[str, Any] | None:
    """The manifest of the newest dump, each file with its address; None while there is none."""
    found = dumps(settings.DUMP_DIR)
    if not found:
        return None
    about = manifest_of(found[0])
    for file in about["files"]:
        file["url"] = request.build_absolute_uri(reverse("dump-file", args=[about["name"], file["name"]]))
    return about


@require_safe
@understands()
def manifest(request: HttpRequest) -> HttpResponse:
    """What the newest dump holds: files, rows, checksums, licences."""
    about = newest_dump(request)
    response = JsonResponse(about or {"files": []})
    patch_cache_control(response, public=True, max_age=CACHE_SECONDS)
    return response


@require_safe
def dump_file(request: HttpRequest, dump: str, name: str) -> HttpResponseBase:
    """A file, or the piece of it that a Range header asks for. Http404 for what no manifest names."""
    folder = next((each for each in dumps(settings.DUMP_DIR) if each.name == dump), None)
    if folder is None or name not in {file["name"] for file in manifest_of(folder)["files"]}:
        raise Http404("There is no such file: /api/dump.json lists those of the newest dump")
    request.META.pop("HTTP_ACCEPT_ENCODING", None)  # it is compressed already, and a piece must be a piece of the file itself
    headers = [("Content-Type", "application/gzip"), ("Accept-Ranges", "bytes"), ("Access-Control-Allow-Origin", "*")]
    response: HttpResponseBase = WhiteNoiseMiddleware.serve(StaticFile(str(folder / name), headers), request)
    patch_cache_control(response, public=True, max_age=FOR_GOOD, immutable=True)
    return response
