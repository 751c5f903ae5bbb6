"""E18: a row with a value that this version does not know (a newer one wrote it, or a person by hand) breaks no page."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from alerts.models import Alert
from edits.models import FetchOutcome, FetchRun
from tests.address_rows import rows_of
from tests.addresses import addresses_of
from tests.alerts_site.production import ROOT
from tests.dashboards.conftest import iceland, peak

__all__ = ["iceland", "peak"]

PAGES = (
    "overview",
    "alerts",
    "alert",
    "explorer",
    "status",
    "month",
    "events",
    "group",
    "home",
    "following",
    "api-v1:list_alerts",
)
NEWER = "newer"  # short enough for every column


def fields_of_choices() -> list[tuple[type[models.Model], str]]:
    """Each column of ours that holds one of some words, metrics and detectors included, though their words are no choices."""
    ours = [model for model in apps.get_models() if (ROOT / model._meta.app_config.name.split(".")[0]).is_dir()]
    return [
        (model, field.name)
        for model in ours
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and (field.choices or field.name in {"metric", "detector"})
        if not model.__name__.startswith("Historical")
    ]


@pytest.mark.parametrize(
    ("model", "name"), fields_of_choices(), ids=[f"{model._meta.label}.{name}" for model, name in fields_of_choices()]
)
def test_e18_a_value_of_a_newer_version_breaks_no_page(
    model: Any, name: str, peak: Alert, root: User, client_for: Any, client: Client
) -> None:
    rows = rows_of(peak, root)
    run = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA, planned=1)
    FetchOutcome.objects.create(run=run, project=peak.project, metric="edits", state=FetchOutcome.State.STORED)
    try:
        with transaction.atomic():
            model._default_manager.update(**{name: NEWER})
    except DatabaseError:
        pytest.skip("the database refuses it")
    asked = [addresses_of(page)[0].format(**rows) for page in PAGES]
    moderator = client_for(root)
    listed = [reverse("admin:index")]
    if model in admin.site._registry:
        listed.append(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    broken = []
    for who, addresses in ((client, asked), (moderator, [*asked, *listed])):
        who.raise_request_exception = False
        broken += [address for address in addresses if who.get(address).status_code >= 500]
    assert not broken
