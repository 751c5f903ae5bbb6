"""Small things that the lists of the admin are made of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString


def chip(kind: str, value: str, text: Any) -> SafeString:
    """A small label whose colour the stylesheet knows; the words say the same."""
    return format_html('<span class="chip {}-{}">{}</span>', kind, value, text)


class _Named(forms.Widget):
    """A field of the list whose name is written beside it where the columns have no head: on a phone."""

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        named: SafeString = super().render(*args, **kwargs)
        return format_html('<span class="named" aria-hidden="true">{}</span>{}', self.attrs["aria-label"], named)


class NamedSelect(_Named, forms.Select):
    pass


class NamedTextInput(_Named, forms.TextInput):
    pass
