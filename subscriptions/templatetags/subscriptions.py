"""Words of messages for their templates."""

from __future__ import annotations

from django import template

from curation.language import isolate
from subscriptions.channels.webhook import Webhook, shared_secret
from subscriptions.letters import absolute
from subscriptions.models import Address, Follow
from subscriptions.words import sentence

register = template.Library()
register.filter("in_words", sentence)
register.filter("on_site", absolute)
register.filter("isolate", isolate)


@register.filter
def signing_secret(address: Address) -> str:
    """What its owner checks the signatures of a webhook with; nothing for other channels."""
    return shared_secret(address) if address.channel == Webhook.name else ""


@register.filter
def value(follow: Follow) -> str:
    """What the form takes for the thing that is followed."""
    if follow.project is not None:
        return follow.project.domain
    return follow.group.slug if follow.group is not None else follow.value
