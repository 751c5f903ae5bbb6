"""Who wants to know what, where they are told, and what they were told."""

from __future__ import annotations

from subscriptions.models.follows import Cadence, Follow, Scope
from subscriptions.models.groups import Group, GroupRule
from subscriptions.models.messages import ChannelSwitch, Delivery, Message, PlanningLock
from subscriptions.models.people import Address, Preferences, new_token, validate_language, validate_time_zone

__all__ = [
    "Address", "Cadence", "ChannelSwitch", "Delivery", "Follow", "Group", "GroupRule", "Message", "PlanningLock",
    "Preferences", "Scope", "new_token", "validate_language", "validate_time_zone",
]  # fmt: skip
