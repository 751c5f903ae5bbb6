"""Categories: what the site comes with, and a new one on every surface that offers them (docs/adding-a-category.md)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from alerts.categories import SHIPPED_CATEGORIES
from alerts.models import Category
from tests.factories import make_alert, make_project


@pytest.fixture
def new_category(db: None) -> Category:
    return Category.objects.create(slug="translation-drive", name="Translation drive")


@pytest.mark.django_db
def test_each_shipped_category_has_a_row_and_its_name_is_marked_for_translation() -> None:
    assert dict(Category.objects.values_list("slug", "name")) == SHIPPED_CATEGORIES


@pytest.mark.django_db
def test_a_shipped_category_is_told_in_the_language_of_the_reader(client: Client) -> None:
    text = client.get("/alerts/", headers={"Accept-Language": "de"}).content.decode()

    choices = re.findall(r"<option[^>]*>\s*(.*?)\s*</option>", text)
    assert "Sonstiges" in choices
    assert "Other" not in choices


@pytest.mark.parametrize("address", ["/alerts/", "/api/v1/categories"])
def test_readers_find_a_new_category(client: Client, new_category: Category, address: str) -> None:
    assert new_category.name in client.get(address).content.decode()


@pytest.mark.parametrize("address", ["/alerts/{alert}/", "/alerts/{alert}/card/"])
def test_community_managers_may_choose_it(client_for: Any, carol: User, new_category: Category, address: str) -> None:
    alert = make_alert(make_project())

    assert new_category.name in client_for(carol).get(address.format(alert=alert.pk)).content.decode()


@pytest.mark.parametrize("address", ["/admin/alerts/alert/", "/admin/alerts/alert/{alert}/change/"])
def test_moderators_may_choose_it(client_for: Any, alice: User, new_category: Category, address: str) -> None:
    alert = make_alert(make_project())

    assert new_category.name in client_for(alice).get(address.format(alert=alert.pk)).content.decode()
