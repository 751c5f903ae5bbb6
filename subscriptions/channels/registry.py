"""All channels, by name. Adding one is one line here, and a file (docs/adding-a-channel.md)."""

from __future__ import annotations

from subscriptions.channels.base import Channel
from subscriptions.channels.chat import Chat
from subscriptions.channels.mail import Mail
from subscriptions.channels.mediawiki import WikiMail, WikiTalk
from subscriptions.channels.webhook import Webhook

CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        Mail(),
        Webhook(),
        WikiMail(),
        WikiTalk(),
        Chat(),
    )
}


def usable() -> dict[str, Channel]:
    """The channels that the site is set up for."""
    return {name: channel for name, channel in CHANNELS.items() if not channel.missing()}
