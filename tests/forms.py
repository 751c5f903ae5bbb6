"""What a browser would send back from a page of the admin, with changes."""

from __future__ import annotations

from typing import Any


def sent(form: Any) -> dict[str, Any]:
    values = {form.add_prefix(name): form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def page_of(response: Any, **changes: object) -> dict[str, Any]:
    """The form of a change page with its inlines."""
    data = sent(response.context["adminform"].form)
    for formset in (inline.formset for inline in response.context["inline_admin_formsets"]):
        for part in (formset.management_form, *formset.forms):
            data |= sent(part)
    return data | changes


def rows_of(response: Any, **changes: object) -> dict[str, Any]:
    """The rows of a list that is edited in place."""
    formset = response.context["cl"].formset
    data: dict[str, Any] = {"_save": "Save"}
    for part in (formset.management_form, *formset.forms):
        data |= sent(part)
    return data | changes
