"""In which language a page is read: by its address, as chosen in the menu, as set for the person, as the browser asks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from edits.models import Project
from subscriptions.models import Preferences
from subscriptions.services import preferences_of

GERMAN = {"accept-language": "de"}
CODES = [code for code, _name in settings.LANGUAGES]


def language(response: Any) -> str:
    found = re.search(r'<html[^>]* lang="([\w-]+)"', response.content.decode())
    assert found
    return found[1]


def choose(client: Client, code: str, back: str = "/methodology/") -> Any:
    return client.post("/language/choose/", {"language": code, "next": back})


@pytest.mark.parametrize(
    "address", ["/methodology/", "/status/?x=", "/", "/accounts/login/", "/accounts/login/?next=/status/"]
)
@pytest.mark.django_db
def test_the_address_says_the_language(client: Client, address: str) -> None:
    mark = "&" if "?" in address else "?"
    assert language(client.get(f"{address}{mark}uselang=de")) == "de"


def test_an_address_with_a_language_is_the_same_page(client: Client, peak: Alert) -> None:
    """Pages refuse parameters that they do not know; none has to know this one."""
    address = "/projects/is.wikipedia.org/?metric=edits"
    assert client.get(f"{address}&uselang=de").status_code == 200
    assert client.get("/projects/is.wikipedia.org/?uselang=de&metric=edits").status_code == 200


def test_the_visit_goes_on_in_the_language_of_the_address(client: Client, peak: Alert) -> None:
    """Charts, cards and the next page are asked for at other addresses."""
    client.get("/methodology/?uselang=de")

    assert language(client.get("/status/")) == "de"
    assert client.cookies["uselang"]["max-age"] == ""  # it ends with the visit


@pytest.mark.parametrize("wanted", ["xx", "qqx", "de'--", "z" * 5_000, "../../etc", "%00", "ﬀ"])
@pytest.mark.django_db
def test_a_language_that_the_site_lacks_is_named_and_the_page_shown(client: Client, wanted: str) -> None:
    response = client.get("/methodology/", {"uselang": wanted}, headers=GERMAN)

    assert (response.status_code, language(response)) == (200, "de")
    assert "Die Website gibt es nicht in der Sprache" in response.content.decode()
    assert "uselang" not in client.cookies


@pytest.mark.parametrize(("wanted", "found"), [("de-AT", "de"), ("DE", "de"), ("de-CH-1996", "de"), ("", "en")])
@pytest.mark.django_db
def test_a_variant_of_a_language_is_that_language(client: Client, wanted: str, found: str) -> None:
    assert language(client.get("/methodology/", {"uselang": wanted})) == found


@pytest.mark.django_db
def test_the_last_of_two_languages_counts(client: Client) -> None:
    assert language(client.get("/methodology/?uselang=en&uselang=de")) == "de"


def test_a_redirect_keeps_the_language(client: Client, iceland: Project) -> None:
    iceland.aliases.create(domain="old.wikipedia.org")

    moved = client.get("/projects/old.wikipedia.org/?metric=edits&uselang=de")
    slash = client.get("/methodology?uselang=de")

    assert moved["Location"] == "/projects/is.wikipedia.org/?metric=edits&uselang=de"
    assert slash["Location"] == "/methodology/?uselang=de"


def test_the_menu_keeps_the_choice(client: Client, peak: Alert) -> None:
    client.get("/methodology/?uselang=en")

    response = choose(client, "de")

    assert response["Location"] == "/methodology/"
    assert language(client.get("/methodology/")) == "de"
    assert int(client.cookies["django_language"]["max-age"]) == 365 * 24 * 3600


@pytest.mark.django_db
def test_the_menu_names_each_language_in_its_own_words_and_leads_back(client: Client) -> None:
    text = client.get("/alerts/?family=wikipedia", headers=GERMAN).content.decode()
    menu = text[text.index('<details class="languages">') : text.index("</details>")]

    assert re.findall(r'name="language"\s+value="([\w-]+)"', menu) == CODES
    assert all(name in menu for _code, name in settings.LANGUAGES)
    assert 'value="/alerts/?family=wikipedia"' in menu
    assert re.findall(r'value="([\w-]+)"[^>]*aria-current="true"', menu) == ["de"]


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/", "/\\evil.example"])
@pytest.mark.django_db
def test_a_choice_leads_nowhere_else(client: Client, wanted: str) -> None:
    assert choose(client, "de", wanted)["Location"] == "/"


@pytest.mark.parametrize("wanted", ["xx", "", "pt"])
@pytest.mark.django_db
def test_a_choice_that_the_site_lacks_is_refused(client: Client, wanted: str) -> None:
    response = choose(client, wanted)

    assert response.status_code == 400
    assert "django_language" not in client.cookies


def test_no_other_site_can_choose(client: Client, db: None) -> None:
    refused = client.post("/language/choose/", {"language": "de"}, headers={"origin": "https://evil.example"})
    ours = client.post("/language/choose/", {"language": "de"}, headers={"origin": "http://testserver"})

    assert (refused.status_code, ours.status_code) == (403, 302)


def test_the_choice_of_a_person_is_in_their_settings(client_for: Any, bob: User) -> None:
    choose(client_for(bob), "de")

    assert Preferences.objects.get(user=bob).language == "de"


def test_who_signs_in_reads_in_the_language_of_their_settings(client: Client, bob: User) -> None:
    preferences_of(bob)
    Preferences.objects.filter(user=bob).update(language="de")

    client.post("/accounts/login/", {"username": "bob", "password": "bob knows this"})

    assert language(client.get("/methodology/")) == "de"


def test_settings_change_pages_too(client_for: Any, bob: User) -> None:
    client = client_for(bob)
    client.post("/following/preferences/", {"language": "de", "time_zone": "UTC"})

    assert language(client.get("/methodology/")) == "de"


@pytest.mark.django_db
def test_each_page_names_its_address_in_each_language(client: Client) -> None:
    text = client.get("/alerts/?family=wikipedia&uselang=de").content.decode()
    alternates = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', text))

    assert set(alternates) == {*CODES, "x-default"}
    assert alternates["x-default"] == "http://testserver/alerts/"
    assert alternates["en"] == "http://testserver/alerts/?uselang=en"
    assert '<link rel="canonical" href="http://testserver/alerts/?uselang=de">' in text


@pytest.mark.django_db
def test_caches_keep_languages_apart(client: Client) -> None:
    by_browser = client.get("/methodology/")
    english, german = client.get("/methodology/"), client.get("/methodology/", headers=GERMAN)
    first, second = client.get("/methodology/?uselang=de"), client.get("/methodology/?uselang=de")

    assert {"Accept-Language", "Cookie"} <= set(re.split(r", ?", by_browser["Vary"]))
    assert english["ETag"] != german["ETag"]
    assert "private" in first["Cache-Control"]  # it sets a cookie
    assert "public" in second["Cache-Control"]


def test_a_program_gets_the_same_data_in_each_language(client: Client, peak: Alert) -> None:
    plain, german = client.get("/alerts.json").json(), client.get("/alerts.json?uselang=de").json()
    assert len(plain) == len(german)
