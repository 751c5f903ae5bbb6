"""How search engines find pages, and how pages are shown elsewhere."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from alerts.models import Alert
from tests.address_rows import rows_of
from tests.addresses import pages
from tests.factories import make_alert, make_project

LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
NOT_FOR_SEARCH = {"/language/", "/accounts/login/", "/compare/", "/robots.txt"}


def locations(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return [str(found.text) for found in ElementTree.fromstring(answer.content).iter(LOCATION)]


def everything(client: Client) -> set[str]:
    return {urlsplit(url).path for section in locations(client, "/sitemap.xml") for url in locations(client, section)}


def test_every_page_that_the_sitemap_names_is_there(client: Client, peak: Alert, bob: User) -> None:
    rows_of(peak, bob)

    for path in everything(client):
        assert client.get(path).status_code == 200, path


def test_every_page_for_everybody_is_in_the_sitemap(client: Client, peak: Alert, bob: User) -> None:
    rows = rows_of(peak, bob)
    known = everything(client)
    wanted = {page.format(**rows).partition("?")[0] for page in pages()} - NOT_FOR_SEARCH

    missing = {page for page in wanted if not page.endswith("/report/")} - known
    assert not missing, f"add them to dashboards/sitemaps.py, or to NOT_FOR_SEARCH here: {missing}"


def test_what_is_withdrawn_is_not_in_it(client: Client, peak: Alert) -> None:
    Alert.objects.update(status="withdrawn")

    assert f"/alerts/{peak.pk}/" not in everything(client)


@pytest.mark.parametrize("section", ["", "-alerts", "-wikis", "-events", "-languages", "-groups", "-months"])
def test_a_sitemap_asks_so_many_times_whatever_its_length(client: Client, peak: Alert, section: str) -> None:
    def asked() -> int:
        client.get(f"/sitemap{section}.xml")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/sitemap{section}.xml")
        return len(queries)

    before = asked()
    for index in range(5):
        make_alert(make_project(f"x{index}.wikipedia.org"))
    assert asked() == before <= (10 if section == "" else 3)


@pytest.fixture
def robots(client: Client, db: None) -> RobotFileParser:
    found = RobotFileParser()
    found.parse(client.get("/robots.txt").content.decode().splitlines())
    return found


def test_robots_are_kept_off_what_is_dear_and_endless(client: Client, robots: RobotFileParser) -> None:
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /*?" in text  # the parser of the standard library knows no asterisk
    assert robots.site_maps() == ["http://testserver/sitemap.xml"]
    for path in ("/", "/alerts/", "/projects/is.wikipedia.org/", "/embed/projects/is.wikipedia.org/chart.png"):
        assert robots.can_fetch("*", path), path
    for path in ("/api/v1/alerts", "/compare/", "/search/", "/dash/app/chart/", "/admin/"):
        assert not robots.can_fetch("*", path), path


def test_every_page_says_its_one_address(client: Client, peak: Alert, bob: User) -> None:
    rows = rows_of(peak, bob)
    for page in pages():
        address = page.format(**rows)
        text = client.get(address).content.decode()
        found = re.findall(r'<link rel="canonical" href="([^"]*)"', text)
        assert found == [f"http://testserver{address.partition('?')[0]}"], address


def test_a_page_in_another_language_is_a_page_of_its_own(client: Client, peak: Alert) -> None:
    text = client.get("/alerts/?uselang=de&family=wikipedia").content.decode()

    assert re.findall(r'<link rel="canonical" href="([^"]*)"', text) == ["http://testserver/alerts/?uselang=de"]
    assert "Allow: /*?uselang=" in client.get("/robots.txt").content.decode()


def test_a_wiki_is_a_data_set(client: Client, peak: Alert) -> None:
    text = client.get("/projects/is.wikipedia.org/").content.decode()
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    data = json.loads(found)

    assert (data["@type"], data["temporalCoverage"]) == ("Dataset", "2019-01/2022-12")
    for part in data["distribution"]:
        answer = client.get(part["contentUrl"])
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(part["encodingFormat"])


def test_a_name_cannot_end_the_data_set(client: Client, peak: Alert) -> None:
    peak.project.language_name_en = "</script><b>Icelandic"
    peak.project.save()

    text = client.get("/projects/is.wikipedia.org/").content.decode()

    assert "</script><b>" not in text


@pytest.mark.parametrize(
    "address", ["/projects/is.wikipedia.org/", "/projects/is.wikipedia.org/?metric=edits", "/alerts/{pk}/"]
)
def test_a_link_shows_a_picture_of_the_chart(client: Client, peak: Alert, address: str) -> None:
    text = client.get(address.format(pk=peak.pk)).content.decode()
    told = dict(re.findall(r'<meta property="(og:[\w:]+)" content="([^"]*)"', text))
    (discovery,) = re.findall(r'<link rel="alternate" type="application/json\+oembed" href="([^"]*)"', text)

    picture = client.get(told["og:image"].replace("&amp;", "&"))
    assert picture["Content-Type"] == "image/png"
    assert picture.content[16:24] == int(told["og:image:width"]).to_bytes(4, "big") + int(told["og:image:height"]).to_bytes(
        4, "big"
    )
    assert client.get(discovery.replace("&amp;", "&")).json()["title"]
