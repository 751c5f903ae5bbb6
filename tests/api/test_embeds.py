"""What stands on other sites: pictures, the badge, the frame, and how programs find them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from alerts.models import Alert
from api.embeds.palette import USE, palette
from api.embeds.picture import WIDTH, Words, document, shortened, width_of
from api.embeds.png import SIZES
from dashboards.charts.project import nothing_to_show
from edits.models import EditCount, Project
from tests.addresses import addresses_of, patterns
from tests.factories import make_project

SVG = "{http://www.w3.org/2000/svg}"
WIKI = "/embed/projects/is.wikipedia.org"
EMBEDS = [name for name in patterns() if name.startswith("embed-")]


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def svg(client: Client, address: str) -> ElementTree.Element:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("image/svg+xml")
    return ElementTree.fromstring(answer.content)


def words(root: ElementTree.Element, name: str) -> str:
    (found,) = root.findall(f"{SVG}{name}")
    return str(found.text)


@pytest.mark.parametrize("name", EMBEDS)
def test_anybody_may_frame_it_and_no_cookie_is_asked_for(
    client: Client, peak: Alert, client_for: Any, bob: Any, name: str
) -> None:
    for address in addresses_of(name, pk=str(peak.pk)):
        for someone in (client, client_for(bob)):
            answer = someone.get(address)
            assert answer.status_code == 200
            assert "frame-ancestors *" in answer["Content-Security-Policy"]
            assert "X-Frame-Options" not in answer
            assert not answer.cookies
            assert "Cookie" not in answer["Vary"]
        assert "public" in client.get(address)["Cache-Control"]


def test_nothing_else_may_be_framed(client: Client, peak: Alert) -> None:
    for address in (
        "/",
        "/projects/is.wikipedia.org/",
        f"/alerts/{peak.pk}/",
        "/oembed?url=http://testserver/alerts/1/",
        "/api/",
    ):
        answer = client.get(address)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], address
        assert answer["X-Frame-Options"] == "DENY"


def test_the_picture_says_in_words_what_it_shows(client: Client, peak: Alert) -> None:
    root = svg(client, f"{WIKI}/chart.svg")

    assert words(root, "title") == "Icelandic Wikipedia: Edits"
    description = words(root, "desc")
    for said in ("January 2019", "December 2022", "November 2022", "+218%"):
        assert said in description
    assert root.attrib["aria-labelledby"] == "t d"


def test_light_dark_and_as_the_reader_has_it(client: Client, peak: Alert) -> None:
    light, dark, auto = (client.get(f"{WIKI}/chart.svg?theme={theme}").content.decode() for theme in ("light", "dark", "auto"))

    assert palette("light")["--bg"] in light
    assert palette("dark")["--bg"] in dark
    assert not USE.search(light + dark)  # programs that draw pictures know no custom properties
    assert set(USE.findall(auto)) <= set(re.findall(r"(--[\w-]+):#", auto))
    assert "prefers-color-scheme:dark" in auto


def test_the_colours_are_those_of_the_stylesheet() -> None:
    assert palette("light").keys() >= {"--bg", "--ink", "--blue", "--band", "--red"}
    assert all(palette("light")[name] != palette("dark")[name] for name in ("--bg", "--ink", "--blue", "--band"))


@pytest.mark.parametrize("size", SIZES)
def test_pngs_have_the_size_that_was_asked_for(client: Client, peak: Alert, size: str) -> None:
    for address in (f"{WIKI}/chart.png", f"/embed/alerts/{peak.pk}/chart.png"):
        answer = client.get(f"{address}?size={size}&theme=dark")
        assert answer["Content-Type"] == "image/png"
        assert size_of(answer.content)[0] == SIZES[size]


def test_a_picture_changes_with_what_it_shows(client: Client, peak: Alert) -> None:
    first = client.get(f"/embed/alerts/{peak.pk}/chart.svg").content
    peak.count, peak.percentage_difference = 20_000, 500.0
    peak.save()

    assert client.get(f"/embed/alerts/{peak.pk}/chart.svg").content != first


def test_a_picture_is_drawn_once(client: Client, peak: Alert, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr("api.embeds.views.png", lambda source, size: drawn.append(size) or b"drawn")

    for _turn in range(3):
        assert client.get(f"{WIKI}/chart.png").content == b"drawn"
    assert drawn == ["medium"]


def test_a_wiki_without_counts_has_a_picture_that_says_so(client: Client, db: None) -> None:
    make_project("fo.wikipedia.org")

    for form in ("chart.svg", "badge.svg"):
        assert "no count" in words(svg(client, f"/embed/projects/fo.wikipedia.org/{form}"), "desc").lower()
    assert client.get("/embed/projects/fo.wikipedia.org/chart.png").status_code == 200
    assert client.get("/embed/projects/fo.wikipedia.org/").status_code == 200


def test_the_badge_says_the_newest_month(client: Client, iceland: Project) -> None:
    newest = EditCount.objects.latest("month")
    newest.edit_count = 9000
    newest.save()

    texts = [str(found.text) for found in svg(client, f"{WIKI}/badge.svg").iter(f"{SVG}text")]

    assert texts[0] == "Edits"
    assert re.fullmatch(r"\+\d+% in Dec 2022", texts[1]), texts


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{WIKI}/chart.svg?theme=blue", 400),
        (f"{WIKI}/chart.png?size=huge", 400),
        (f"{WIKI}/chart.png?theme=auto", 400),
        (f"{WIKI}/chart.svg?lang=xx", 400),
        (f"{WIKI}/chart.svg?colour=red", 400),
        (f"{WIKI}/badge.svg?range=all", 400),
        ("/embed/projects/nowhere/chart.svg", 404),
        ("/embed/alerts/99999/chart.png", 404),
        ("/embed/projects/iswiki/chart.svg", 301),
    ],
)
def test_what_means_nothing_is_refused_in_words(client: Client, iceland: Project, address: str, status: int) -> None:
    answer = client.get(address)

    assert answer.status_code == status
    assert "image" not in answer.get("Content-Type", "")


def test_the_language_is_that_of_the_address_and_not_of_the_reader(client: Client, peak: Alert) -> None:
    german = {"Accept-Language": "de"}

    assert client.get(f"{WIKI}/chart.svg", headers=german).content == client.get(f"{WIKI}/chart.svg").content
    assert client.get(f"{WIKI}/chart.svg?lang=de").content != client.get(f"{WIKI}/chart.svg").content


def test_in_a_script_from_right_to_left_words_begin_on_the_right() -> None:
    said = Words("عنوان", "سطر", "وصف", "مصدر")
    with translation.override("ar"):
        root = ElementTree.fromstring(document(nothing_to_show("لا شيء"), said, theme="light"))

    title = next(found for found in root.findall(f"{SVG}text") if "عنوان" in str(found.text))
    assert title.attrib["text-anchor"] == "end"
    assert float(title.attrib["x"]) > WIDTH / 2
    assert root.attrib["lang"] == "ar"


@pytest.mark.parametrize("text", ["A" * 300, "漢" * 300, "short"])
def test_long_names_are_cut_to_their_place(text: str) -> None:
    cut = shortened(text, 20, 700)

    assert width_of(cut, 20) <= 700
    assert cut == text or cut.endswith("…")


def test_a_name_cannot_become_markup(client: Client, peak: Alert) -> None:
    peak.project.language_name_en = "<script>alert(1)</script>"
    peak.project.save()

    pages = [client.get(f"{WIKI}/{form}").content.decode() for form in ("chart.svg", "badge.svg", "")]
    pages.append(client.get("/oembed?url=http://testserver/projects/is.wikipedia.org/").json()["html"])
    assert not [page for page in pages if "<script>alert" in page]


def test_oembed_gives_the_frame_of_a_wiki_and_the_picture_of_an_alert(client: Client, peak: Alert) -> None:
    def ask(page: str, **query: str) -> Any:
        return client.get("/oembed", {"url": f"http://testserver{page}", **query}).json()

    wiki = ask("/projects/is.wikipedia.org/?range=all", maxwidth="400")
    assert (wiki["type"], wiki["width"], wiki["version"]) == ("rich", 400, "1.0")
    (frame,) = re.findall(r'src="([^"]*)"', wiki["html"])
    assert client.get(frame).status_code == 200
    alert = ask(f"/alerts/{peak.pk}/", format="", dnt="1")  # as WordPress asks
    assert alert["type"] == "photo"
    assert client.get(alert["url"])["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("url=http://elsewhere.example/projects/is.wikipedia.org/", 404),
        ("url=http://testserver/projects/nowhere/", 404),
        ("url=http://testserver/alerts/99999/", 404),
        ("url=http://testserver/status/", 404),
        ("url=http://[/", 404),
        ("url=http://testserver/projects/is.wikipedia.org/&format=xml", 501),
        ("url=http://testserver/projects/is.wikipedia.org/&maxwidth=wide", 400),
        ("url=http://testserver/projects/is.wikipedia.org/&width=400", 400),
    ],
)
def test_oembed_refuses_what_it_cannot_show(client: Client, iceland: Project, query: str, status: int) -> None:
    answer = client.get(f"/oembed?{query}")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/projects/is.wikipedia.org/", "/alerts/{pk}/"])
def test_what_is_to_be_pasted_leads_to_what_is_there(client: Client, peak: Alert, address: str) -> None:
    snippets = client.get(address.format(pk=peak.pk)).content.decode()
    pasted = re.findall(r'<input id="snippet-\d+"\s+readonly[^>]*value="([^"]*)"', snippets)

    assert len(pasted) >= 3
    texts = [unescape(text) for text in pasted]
    of_html = [text for text in texts if text.startswith("<")]
    assert of_html
    assert all(text.endswith(("</a>", "</iframe>")) for text in of_html)
    for text in texts:
        for url in re.findall(r"http://testserver[^\s\"\])]*", unescape(text)):
            assert client.get(url).status_code == 200, url


def test_the_languages_of_pictures_are_those_of_the_site(client: Client, iceland: Project) -> None:
    for code, _name in settings.LANGUAGES:
        assert svg(client, f"{WIKI}/chart.svg?lang={code}").attrib["lang"] == code
