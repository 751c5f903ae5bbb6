"""Following: the form, the list with its preview, and the links that stand in messages.

What is linked from a message shows a button on GET and acts on POST alone: link scanners of mail servers open every link.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import may
from annotations.answers import needs, safe_next
from subscriptions import selectors, services, tokens
from subscriptions.forms import AddressForm, FollowForm, MuteForm, PreferencesForm, channel_label
from subscriptions.letters import Composer
from subscriptions.models import Address, Follow
from subscriptions.words import sentence

MAX_MESSAGES = 20


@require_safe
@needs("follow.manage")
def following(request: HttpRequest) -> HttpResponse:
    """What one follows, where one is told, what was sent, and what the next digest would say."""
    user: Any = request.user
    now = timezone.now()
    coming = selectors.preview(user, now=now)
    context = {
        "follows": [
            {"follow": follow, "what": selectors.what(follow), "url": selectors.where(follow), "mute": MuteForm()}
            for follow in selectors.follows_of(user)
        ],
        "addresses": [(address, channel_label(address.channel)) for address in selectors.addresses_of(user)],
        "sent": selectors.messages_to(user)[:MAX_MESSAGES],
        "preview": [(line, sentence(line)) for line in Composer().lines(coming.alerts)],
        "total": coming.total,
        "more": coming.total - len(coming.alerts),
        "address_form": AddressForm(may_manage=may(user, "channel.manage")),
        "preferences_form": PreferencesForm(instance=services.preferences_of(user)),
        "feed_token": services.preferences_of(user).feed_token,
    }
    return render(request, "subscriptions/following.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("follow.manage")
def follow(request: HttpRequest) -> HttpResponse:
    """Follow the thing in the address, or change what one wants to hear of it."""
    user: Any = request.user
    given = request.POST if request.method == "POST" else request.GET
    scope, value = given.get("scope", ""), given.get("value", "")
    then = safe_next(request, "following")
    try:
        entry = services.draft(by=user, scope=scope, value=value)
    except ValidationError as error:
        return render(request, "subscriptions/follow.html", {"problems": error.messages, "next": then}, status=404)
    known = Follow.objects.filter(user=user, key=entry.key).first()
    form = FollowForm(request.POST if request.method == "POST" else None, user=user, follow=known)
    if request.method == "POST" and form.is_valid():
        try:
            services.follow(by=user, scope=scope, value=value, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("You follow it now.") if known is None else _("Saved."))
            return redirect(then)
    context = {"form": form, "entry": entry, "what": selectors.what(entry), "known": known, "value": value, "next": then}
    return render(request, "subscriptions/follow.html", context, status=400 if form.errors else 200)


def _act(request: HttpRequest, act: Callable[[], Any], text: str) -> HttpResponse:
    """Do `act`, say so, and go back to the list; what the service refuses is said there."""
    try:
        act()
    except ValidationError as error:
        for problem in error.messages:
            messages.error(request, problem)
    else:
        messages.success(request, text)
    return HttpResponseRedirect(safe_next(request, "following"))


@require_POST
@needs("follow.manage")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    entry = get_object_or_404(Follow, pk=pk, user=user)
    return _act(request, lambda: services.unfollow(by=user, entry=entry), _("You do not follow it any more."))


@require_POST
@needs("follow.manage")
def mute(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    entry = get_object_or_404(Follow, pk=pk, user=user)
    form = MuteForm(request.POST)
    if not form.is_valid():
        return _act(request, lambda: _refuse(form), "")
    return _act(request, lambda: services.mute(by=user, entry=entry, until=form.cleaned_data["until"]), _("Saved."))


@require_POST
@needs("follow.manage")
def address_add(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    form = AddressForm(request.POST, may_manage=may(user, "channel.manage"))
    if not form.is_valid():
        return _act(request, lambda: _refuse(form), "")
    added: list[Address] = []

    def add() -> None:
        added.append(services.address_add(by=user, now=timezone.now(), **form.cleaned_data))

    return _act(request, add, _("Saved. If the address has to be confirmed, a message with a link is on its way."))


def _refuse(form: Any) -> None:
    raise ValidationError([str(error) for errors in form.errors.values() for error in errors])


@require_POST
@needs("follow.manage")
def address_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    address = get_object_or_404(Address, pk=pk, user=user)
    return _act(request, lambda: services.address_remove(by=user, address=address), _("The address is removed."))


@require_POST
@needs("follow.manage")
def address_resume(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    address = get_object_or_404(Address, pk=pk, user=user)
    return _act(request, lambda: services.resume(by=user, address=address, now=timezone.now()), _("Saved."))


@require_POST
@needs("follow.manage")
def preferences(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    wanted = {name: request.POST.get(name, "") for name in ("language", "time_zone")}

    def change() -> None:
        request.chosen_language = services.preferences_change(by=user, **wanted).language  # type: ignore[attr-defined]

    return _act(request, change, _("Saved."))


@require_POST
@needs("follow.manage")
def feed_renew(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return _act(request, lambda: services.renew_feed(by=user), _("The feed has a new address; the old one no longer works."))


@require_POST
@needs("follow.manage")
def forget(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return _act(request, lambda: services.forget_person(by=user), _("Everything that was kept here about you is deleted."))


def _from_message(
    request: HttpRequest, name: str, address: Callable[[str], Address | None], token: str, act: Callable[[Address], Any]
) -> HttpResponse:
    """A page that a message links to: asks on GET, acts on POST, says 400 for a link that the site did not make."""
    try:
        found = address(token)
    except tokens.BadToken:
        return render(request, f"subscriptions/{name}.html", {"bad": True}, status=400)
    done = request.method == "POST"
    if done and found is not None:
        act(found)
        found.refresh_from_db()
    return render(request, f"subscriptions/{name}.html", {"address": found, "done": done})


@never_cache
@csrf_exempt  # RFC 8058: the mail program posts, without cookies; the signature in the address is what it needs
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Send nothing more to the address that the link names."""

    def act(address: Address) -> None:
        services.unsubscribe(address=address)

    return _from_message(request, "unsubscribe", tokens.unsubscribe_address, token, act)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The address that the link names is its owner's."""

    def act(address: Address) -> None:
        services.address_confirm(address=address, now=timezone.now())

    return _from_message(request, "confirm", tokens.confirm_address, token, act)
