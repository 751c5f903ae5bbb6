"""The two ways to answer a form: a page (or a redirect with a message) for browsers, JSON for scripts that ask for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.caching import keep_private
from accounts.permissions import may
from annotations.models import Annotation

View = Callable[..., HttpResponse]


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def needs(action: str) -> Callable[[View], View]:
    """Let only those through who may do `action`: strangers are sent to sign in, others get 403. Nothing of it is cached."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if may(request.user, action):
                response = view(request, *args, **kwargs)
                if "Cache-Control" not in response:
                    keep_private(response, no_store=True)
                return response
            if request.user.is_authenticated:
                if wants_json(request):
                    return failed({"__all__": [_("You may not do this.")]}, status=403)
                raise PermissionDenied
            if wants_json(request):
                return failed({"__all__": [_("Sign in first.")]}, status=401)
            # A POST cannot be repeated after signing in: go back to the form's own page.
            return redirect_to_login(request.get_full_path())

        return guarded

    return decorate


def safe_next(request: HttpRequest, fallback: Any) -> str:
    """Where the person came from, when that is on this site; else `fallback`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=here, require_https=request.is_secure()):
        return wanted
    return resolve_url(fallback)


def done(
    request: HttpRequest, text: str, *, then: str, annotation: Annotation | None = None, status: int = 200
) -> HttpResponse:
    messages.success(request, text)  # a page that reloads itself after the JSON shows it, too
    if wants_json(request):
        body = {"ok": True, "errors": {}, "message": text, "annotation": annotation and as_json(annotation)}
        return JsonResponse(body, status=status)
    return HttpResponseRedirect(then)


def failed(errors: dict[str, list[str]], *, status: int) -> JsonResponse:
    return JsonResponse({"ok": False, "errors": errors, "annotation": None}, status=status)


def refused(
    request: HttpRequest, template: str, context: dict[str, Any], form: forms.BaseForm, *, status: int
) -> HttpResponse:
    """The form again, with what was typed and what was wrong with it."""
    if wants_json(request):
        return failed({name: [str(text) for text in texts] for name, texts in form.errors.items()}, status=status)
    return render(request, template, context | {"form": form}, status=status)


def as_json(annotation: Annotation) -> dict[str, Any]:
    return {
        "id": annotation.pk,
        "alert": annotation.alert_id,
        "text": annotation.text,
        "link": annotation.link,
        "author": annotation.author.get_username(),
        "status": annotation.status,
        "status_label": annotation.get_status_display(),
        "headline": bool(annotation.headline),
    }
