"""The operator's side of telling people: switches, the log of what was sent, and groups of wikis."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin_permissions import PermissionTableMixin
from subscriptions.channels.registry import CHANNELS
from subscriptions.models import Address, ChannelSwitch, Group, GroupRule, Message
from subscriptions.sending import switch_of
from subscriptions.services import address_confirm, plan_one


class GroupRuleInline(PermissionTableMixin, admin.TabularInline):
    model = GroupRule
    extra = 1
    view_action = change_action = add_action = delete_action = "group.publish"


@admin.register(Group)
class GroupAdmin(PermissionTableMixin, admin.ModelAdmin):
    """Moderators publish groups and change the regions."""

    view_action = change_action = add_action = delete_action = "group.publish"
    list_display = ("name", "published", "owner", "source")
    list_filter = ("published",)
    list_select_related = ("owner",)
    search_fields = ("name", "slug")
    raw_id_fields = ("owner",)
    inlines = (GroupRuleInline,)


@admin.register(ChannelSwitch)
class ChannelSwitchAdmin(PermissionTableMixin, admin.ModelAdmin):
    """One row for each channel: on or off, how fast, and what is not set up."""

    view_action = change_action = "channel.manage"
    list_display = ("channel", "enabled", "per_minute", "per_day", "missing", "waiting")
    list_editable = ("enabled", "per_minute", "per_day")
    readonly_fields = ("channel", "missing")
    actions = ("send_test",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChannelSwitch]:
        for channel in CHANNELS.values():
            switch_of(channel)
        return super().get_queryset(request)

    @admin.display(description=gettext_lazy("not set up"))
    def missing(self, switch: ChannelSwitch) -> str:
        channel = CHANNELS.get(switch.channel)
        return channel.missing() if channel else _("This channel is gone.")

    @admin.display(description=gettext_lazy("waiting"))
    def waiting(self, switch: ChannelSwitch) -> int:
        return Message.objects.filter(channel=switch.channel, state=Message.State.PLANNED).count()

    @admin.action(description=gettext_lazy("Send me a test"), permissions=["change"])
    def send_test(self, request: HttpRequest, switches: QuerySet[ChannelSwitch]) -> None:
        """To the addresses that the administrator has on the channel."""
        user: Any = request.user
        ready = Address.objects.filter(user=user, state=Address.State.READY, channel__in=switches.values("channel"))
        planned = [plan_one(address=address, purpose=Message.Purpose.TEST, now=timezone.now()) for address in ready]
        if not planned:
            messages.error(request, _("You have no address in use on this channel: add one under “What I follow”."))
            return
        text = ngettext("%(count)s test is planned.", "%(count)s tests are planned.", len(planned))
        messages.success(request, text % {"count": len(planned)})


@admin.register(Message)
class MessageAdmin(PermissionTableMixin, admin.ModelAdmin):
    """The send log; read only. Addresses are shown to administrators alone, who need them to see why something failed."""

    view_action = "message.view"
    list_display = ("planned_at", "channel", "purpose", "period", "state", "attempts", "sent_at", "subject", "error")
    list_filter = ("channel", "state", "purpose")
    search_fields = ("address__target", "subject")
    show_full_result_count = False
    list_select_related = ("address",)


@admin.register(Address)
class AddressAdmin(PermissionTableMixin, admin.ModelAdmin):
    """Where people are told. An administrator may confirm an address, such as a webhook that cannot open a link."""

    view_action = change_action = "channel.manage"
    list_display = ("__str__", "channel", "state", "reason", "user")
    list_filter = ("channel", "state")
    search_fields = ("target", "user__username")
    list_select_related = ("user",)
    fields = readonly_fields = ("user", "channel", "__str__", "state", "reason", "created_at", "confirmed_at")
    actions = ("confirm",)

    @admin.action(description=gettext_lazy("Confirm"), permissions=["change"])
    def confirm(self, request: HttpRequest, addresses: QuerySet[Address]) -> None:
        done = sum(address_confirm(address=address, now=timezone.now()) for address in addresses)
        text = ngettext("%(count)s address is confirmed.", "%(count)s addresses are confirmed.", done)
        messages.success(request, text % {"count": done})
