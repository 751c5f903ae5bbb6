"""E3: pages and forms with a thousand rows behind them stay short, and can still be sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from dashboards.views.card import NOTES_ON_PAGE
from tests.address_rows import rows_of
from tests.dashboards.conftest import iceland, peak
from tests.page_forms import forms_of

__all__ = ["iceland", "peak"]

MANY = 1000
MAX_BYTES = 400_000
# The schedule of beat: some dozen tasks, which administrators make by hand.
FEW_BY_NATURE = {"django_celery_beat"}
SIGN_IN = {reverse("logout"), reverse("admin:logout")}


def notes_of(alert: Alert, author: User, number: int = MANY, **values: Any) -> list[Annotation]:
    now = timezone.now()
    return Annotation.objects.bulk_create(
        Annotation(
            alert=alert,
            author=author,
            text=f"Note number {index} of many.",
            status=Annotation.Status.PUBLISHED,
            created_at=now - dt.timedelta(minutes=number - index),
            **values,
        )
        for index in range(number)
    )


def test_e3_public_notes_are_paged_newest_first(client: Client, peak: Alert, bob: User) -> None:
    notes = notes_of(peak, bob)
    Annotation.objects.filter(pk=notes[3].pk).update(headline=True)
    newest = [note.text for note in [notes[3], *reversed(notes)]]
    for number, beside in ((1, {"Older"}), (2, {"Newer", "Older"}), (MANY // NOTES_ON_PAGE, {"Newer"})):
        text = client.get(f"/alerts/{peak.pk}/?notes={number}").content.decode()
        assert len(text) < MAX_BYTES
        expected = newest[:NOTES_ON_PAGE] if number == 1 else [note for note in newest if note in text]
        assert [text.index(each) for each in expected] == sorted(text.index(each) for each in expected)
        assert sum(each in text for each in newest) in {NOTES_ON_PAGE, NOTES_ON_PAGE + 1}
        assert {word for word in ("Newer", "Older") if f">{word}</a>" in text} == beside, number
    assert "Nobody has written" in client.get(f"/alerts/{peak.pk}/?notes=9999").content.decode()
    assert client.get(f"/alerts/{peak.pk}/?notes=x").status_code == 400
    card = client.get(f"/alerts/{peak.pk}/card/").content.decode()
    assert f"/alerts/{peak.pk}/?notes=2#notes" in card


def related_to(row: models.Model) -> list[tuple[type[models.Model], str]]:
    """The tables whose rows name `row`, each with the column that does."""
    return [
        (field.related_model, field.field.name)
        for field in row._meta.related_objects
        if field.field.many_to_one and not field.related_model._meta.auto_created and field.related_model._meta.managed
    ]


def grow(row: models.Model, model: type[models.Model], column: str) -> int:
    """Copies of one row of `model` until MANY name `row`; 0 where there is none, or its keys allow no second one."""
    like = model._default_manager.filter(**{column: row}).first()
    if like is None:
        return 0
    copies = []
    for index in range(MANY):
        copy = model(**{field.attname: getattr(like, field.attname) for field in model._meta.concrete_fields})
        copy.pk = None
        for field in model._meta.concrete_fields:
            if field.unique and not field.primary_key and not field.null:
                if not isinstance(field, models.CharField):
                    return 0
                setattr(copy, field.attname, f"{index}-{getattr(like, field.attname)}"[: field.max_length])
            elif field.unique and field.null:
                setattr(copy, field.attname, None)
            elif isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
                first = dt.date(1900 + index // 12, index % 12 + 1, 1)
                setattr(copy, field.attname, first if field.name == "month" else getattr(like, field.attname))
        copies.append(copy)
    model._default_manager.bulk_create(copies, ignore_conflicts=True)
    return model._default_manager.filter(**{column: row}).count()


@pytest.mark.parametrize(
    "model",
    sorted(
        (model for model in admin.site._registry if model._meta.app_label not in FEW_BY_NATURE),
        key=lambda model: model._meta.label,
    ),
    ids=lambda model: model._meta.label,
)
def test_e3_each_form_of_the_admin_with_a_thousand_related_rows(model: Any, peak: Alert, root: User, client_for: Any) -> None:
    rows_of(peak, root)
    row = model._default_manager.first()
    if row is None:
        pytest.skip("no row of this table is made by tests/address_rows.py")
    grown = {related: grow(row, related, column) for related, column in related_to(row)}
    client = client_for(root)
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
    page = client.get(url)
    if page.status_code != 200:
        return  # it has no page of its own
    assert len(page.content) < MAX_BYTES, (len(page.content), grown)
    for form in forms_of(page, url):
        if form.action in SIGN_IN or "password" in form.fields:
            continue
        for button in form.buttons:
            answer = client.post(form.action, form.filled(**({button[0]: button[1]} if button[0] else {})))
            assert answer.status_code in {200, 302, 403, 404}, (button, answer.status_code, grown)
            break
