"""Databases of earlier states are carried over."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from alerts.models import Alert
from edits.models import Project
from tests.alerts.series import counts, detect
from tests.factories import make_edit_counts, make_project

RENAMING = import_module("alerts.migrations.0010_plain_names_of_evidence")


@pytest.mark.django_db
def test_stored_evidence_gets_the_names_of_today_and_back() -> None:
    wiki: Project = make_project()
    make_edit_counts(wiki, counts(*[1000, 1010, 990] * 12, 9000))
    detect()
    written = Alert.objects.get().evidence
    editor = SimpleNamespace(connection=connection)
    RENAMING.backwards(apps, editor)
    old = Alert.objects.get().evidence
    assert {"p", "p_low", "hold", "hold_low", "floor"} <= old.keys()
    assert not {"p_upper", "continuation_upper"} & old.keys()
    RENAMING.forwards(apps, editor)
    assert Alert.objects.get().evidence == written
