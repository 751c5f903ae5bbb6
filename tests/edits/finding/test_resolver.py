"""A wiki is found by whatever people and programs call it, in every place where one is named."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from edits.finding import UnknownLanguage, UnknownProject, find, resolve_language, resolve_project
from edits.models import Project, ProjectAlias
from tests.factories import make_alert, make_edit_counts, make_project

WIKIS = {
    "uz.wikipedia.org": ("uzwiki", "uz", "oʻzbekcha / ўзбекча", "Uzbek"),
    "uz.wiktionary.org": ("uzwiktionary", "uz", "oʻzbekcha / ўзбекча", "Uzbek"),
    "no.wikipedia.org": ("nowiki", "no", "norsk", "Norwegian"),
    "nn.wikipedia.org": ("nnwiki", "nn", "norsk nynorsk", "Norwegian Nynorsk"),
    "be-tarask.wikipedia.org": (
        "be_x_oldwiki",
        "be-tarask",
        "беларуская (тарашкевіца)",
        "Belarusian (Taraškievica)",
    ),
    "be.wikipedia.org": ("bewiki", "be", "беларуская", "Belarusian"),
    "als.wikipedia.org": ("alswiki", "gsw", "Alemannisch", "Alemannic"),
    "zh-yue.wikipedia.org": ("zh_yuewiki", "yue", "粵語", "Cantonese"),
    "haw.wikipedia.org": ("hawwiki", "haw", "Hawaiʻi", "Hawaiian"),
    "uk.wikipedia.org": ("ukwiki", "uk", "українська", "Ukrainian"),
    "fa.wikipedia.org": ("fawiki", "fa", "فارسی", "Persian"),
    "ak.wikipedia.org": ("akwiki", "ak", "", ""),
    "is.wikipedia.org": ("iswiki", "is", "íslenska", "Icelandic"),
}
SPECIAL = {
    "commons.wikimedia.org": ("commonswiki", "Wikimedia Commons"),
    "www.wikidata.org": ("wikidatawiki", "Wikidata"),
    "test.wikidata.org": ("testwikidatawiki", "Wikidata"),
}
NOWHERE = {"language_code": "", "language_name": "", "language_name_en": ""}
UZBEK = "uz.wikipedia.org"


@pytest.fixture
def wikis(db: None) -> None:
    for domain, (dbname, code, own, english) in WIKIS.items():
        make_project(domain, dbname=dbname, language_code=code, language_name=own, language_name_en=english)
    for domain, (dbname, name) in SPECIAL.items():
        make_project(domain, dbname=dbname, special=True, site_name=name, **NOWHERE)
    ProjectAlias.objects.create(project=Project.objects.get(domain="haw.wikipedia.org"), domain="hawaii.wikipedia.org")


SPELLINGS = [
    ("uz.wikipedia.org", UZBEK),
    ("UZ.Wikipedia.ORG", UZBEK),
    (" uz.wikipedia.org. ", UZBEK),
    ("uz.wikipedia", UZBEK),
    ("uz.m.wikipedia.org", UZBEK),
    ("www.uz.wikipedia.org", UZBEK),
    ("uzwiki", UZBEK),
    ("UZWIKI", UZBEK),
    ("https://uz.wikipedia.org/wiki/Oʻzbekiston?action=history#top", UZBEK),
    ("HTTPS://UZ.M.WIKIPEDIA.ORG", UZBEK),
    ("//uz.wikipedia.org/", UZBEK),
    ("uz.wikipedia.org/wiki/X", UZBEK),
    ("https://uz.wikipedia.org:443/w/index.php", UZBEK),
    ("Uzbek", UZBEK),
    ("uzbek wikipedia", UZBEK),
    ("Wikipedia (Uzbek)", UZBEK),
    ("Wikipedia (Usbekisch)", UZBEK),
    ("o'zbekcha", UZBEK),
    ("o‘zbekcha", UZBEK),
    ("oʻzbekcha", UZBEK),
    ("ozbekcha", UZBEK),
    ("ЎЗБЕКЧА", UZBEK),
    ("uz", UZBEK),
    ("uzb", UZBEK),
    ("Uzbek Wiktionary", "uz.wiktionary.org"),
    ("uz.wiktionary", "uz.wiktionary.org"),
    ("nb", "no.wikipedia.org"),
    ("nb.wikipedia.org", "no.wikipedia.org"),
    ("nbwiki", "no.wikipedia.org"),
    ("bokmål", "no.wikipedia.org"),
    ("BOKMAL", "no.wikipedia.org"),
    ("Norwegian Bokmål", "no.wikipedia.org"),
    ("nynorsk", None),
    ("Norwegian Nynorsk", "nn.wikipedia.org"),
    ("be-x-old", "be-tarask.wikipedia.org"),
    ("be-x-old.wikipedia.org", "be-tarask.wikipedia.org"),
    ("be_x_oldwiki", "be-tarask.wikipedia.org"),
    ("gsw.wikipedia.org", "als.wikipedia.org"),
    ("als", "als.wikipedia.org"),
    ("Swiss German", "als.wikipedia.org"),
    ("yue.wikipedia.org", "zh-yue.wikipedia.org"),
    ("cantonese", "zh-yue.wikipedia.org"),
    ("Hawai'i", "haw.wikipedia.org"),
    ("hawaii.wikipedia.org", "haw.wikipedia.org"),
    ("УКРАЇНСЬКА", "uk.wikipedia.org"),
    ("Farsi", "fa.wikipedia.org"),
    ("فارسي", "fa.wikipedia.org"),
    ("Akan", "ak.wikipedia.org"),
    ("ISLENSKA", "is.wikipedia.org"),
    ("commons", "commons.wikimedia.org"),
    ("Wikimedia Commons", "commons.wikimedia.org"),
    ("commons.wikimedia", "commons.wikimedia.org"),
    ("wikidata.org", "www.wikidata.org"),
    ("wikidatawiki", "www.wikidata.org"),
    ("https://www.wikidata.org/wiki/Q42", "www.wikidata.org"),
    ("xx.wikipedia.org", None),
    ("", None),
    ("'", None),
    ("https://", None),
    ("..", None),
    ("x" * 5000, None),
]


@pytest.mark.parametrize(("name", "meant"), SPELLINGS)
def test_a_name_means_one_wiki_or_none(wikis: None, name: str, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(UnknownProject) as refused:
            resolve_project(name)
        assert len(str(refused.value)) < 400
    else:
        assert resolve_project(name).domain == meant


def test_each_wiki_is_found_by_all_that_the_list_calls_it(wikis: None) -> None:
    for project in Project.objects.all():
        short = project.domain.removeprefix("www.").removesuffix(".org")
        for name in (project.domain, short, project.dbname, project.url, project.domain.upper(), f"{project.domain}/wiki/X"):
            assert resolve_project(name) == project, name


def test_what_is_not_clear_is_asked_back(wikis: None) -> None:
    with pytest.raises(UnknownProject) as refused:
        resolve_project("uzbekk")
    assert UZBEK in [entry.domain for entry in refused.value.suggestions]
    assert "Did you mean uz.wikipedia.org" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("uz", "uz"),
        ("UZB", "uz"),
        ("Uzbek", "uz"),
        ("ozbekcha", "uz"),
        ("nb", "no"),
        ("als", "gsw"),
        ("zh-yue", "yue"),
        ("Akan", "ak"),
    ],
)
def test_a_language_has_many_names(wikis: None, name: str, code: str) -> None:
    assert resolve_language(name) == code


def test_an_unknown_language_is_refused(wikis: None) -> None:
    with pytest.raises(UnknownLanguage, match="klingon"):
        resolve_language("klingon")


def test_no_wiki_is_shown_by_its_bare_code_where_its_language_has_a_name(wikis: None) -> None:
    assert Project.objects.get(domain="ak.wikipedia.org").name == "Akan Wikipedia"
    assert find("bokmål")[0].domain == "no.wikipedia.org"
    assert find("nb")[0].domain == "no.wikipedia.org"


# --- the places ---------------------------------------------------------------------------------------------------------

NAMES = ("UZ.wikipedia.org", "uzwiki", "uz.wikipedia", "Uzbek", "o'zbekcha")


@pytest.fixture
def uzbek(wikis: None) -> Project:
    project = Project.objects.get(domain=UZBEK)
    make_edit_counts(project, {dt.date(2022, 1, 1): 10})
    make_alert(project)
    return project


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rest", ["/", "/counts.csv", "/counts.json"])
def test_addresses_lead_to_the_wiki_by_its_domain(uzbek: Project, client: Client, name: str, rest: str) -> None:
    answer = client.get(f"/projects/{name}{rest}?metric=edits")
    assert (answer.status_code, answer["Location"]) == (301, f"/projects/{UZBEK}{rest}?metric=edits")


@pytest.mark.parametrize("rest", ["/", "/counts.csv", "/counts.json"])
def test_an_address_of_no_wiki_says_so_with_suggestions(uzbek: Project, client: Client, rest: str) -> None:
    answer = client.get(f"/projects/uzwki{rest}")
    assert answer.status_code == 404
    assert f'href="/projects/{UZBEK}/"' in answer.content.decode()


@pytest.mark.parametrize("name", [*NAMES, "https://uz.wikipedia.org/wiki/" + "X" * 300])
@pytest.mark.parametrize("address", ["/alerts/", "/", "/alerts.csv", "/alerts.json", "/events/"])
def test_filters_understand_what_people_call_a_wiki(uzbek: Project, client: Client, address: str, name: str) -> None:
    answer = client.get(address, {"project": name, "month": "2022-11"} if address == "/" else {"project": name})
    assert answer.status_code == 200
    if address != "/events/":
        assert UZBEK in b"".join(answer).decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [("project", "uzwki"), ("language", "klingon"), ("category", "nonsense"), ("family", "wikiwiki"), ("metric", "x")],
)
@pytest.mark.parametrize("address", ["/alerts/", "/alerts.csv", "/alerts.json", "/"])
def test_what_a_filter_does_not_know_is_refused_alike(
    uzbek: Project, client: Client, address: str, name: str, value: str
) -> None:
    answer = client.get(address, {name: value})
    assert answer.status_code == 400
    assert value in answer.content.decode()


def test_a_filter_offers_what_may_have_been_meant(uzbek: Project, client: Client) -> None:
    page = client.get("/alerts/?project=uzwki&metric=edits").content.decode()
    assert "/alerts/?project=uz.wikipedia.org&amp;metric=edits" in page


@pytest.mark.parametrize("name", ["Uzbek", "UZ", "ozbekcha"])
def test_a_language_is_known_by_its_names(uzbek: Project, client: Client, name: str) -> None:
    assert client.get(f"/languages/{name}/")["Location"] == "/languages/uz/"
    assert UZBEK in client.get("/alerts/", {"language": name}).content.decode()


def test_a_comparison_takes_any_name(uzbek: Project, client: Client) -> None:
    answer = client.get("/compare/", {"p": ["uzwiki", "nb"], "metric": "edits"})
    assert answer["Location"] == "/compare/?p=uz.wikipedia.org&p=no.wikipedia.org&metric=edits"
    assert client.get("/compare/", {"add": "o'zbekcha"})["Location"] == "/compare/?p=uz.wikipedia.org"
    assert (
        "/compare/?p=no.wikipedia.org&amp;p=uz.wikipedia.org"
        in client.get("/compare/?p=no.wikipedia.org&p=uzwki").content.decode()
    )


@pytest.mark.parametrize("name", ["ÍSLENSKA", "islenska", "iswiki", "is.wikipedia"])
@pytest.mark.parametrize(
    "address",
    ["edits/project", "edits/editcount", "edits/countrevision", "edits/fetchoutcome", "edits/fetchtarget", "alerts/alert"],
)
def test_the_admin_searches_by_the_same_rule(wikis: None, root: User, client_for: Any, address: str, name: str) -> None:
    for domain in ("is.wikipedia.org", UZBEK):
        make_alert(Project.objects.get(domain=domain))
        make_edit_counts(Project.objects.get(domain=domain), {dt.date(2022, 1, 1): 10})
    page = client_for(root).get(f"/admin/{address}/", {"q": name})
    found = {str(getattr(row, "project", row)) for row in page.context["cl"].result_list}
    assert page.status_code == 200
    assert found <= {"is.wikipedia.org"}
    assert found or address.split("/")[1] in {"countrevision", "fetchoutcome", "fetchtarget"}


def test_commands_take_any_name(uzbek: Project, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("recompute_alerts", "--project", "uzwiki")
    with pytest.raises(CommandError, match="Did you mean uz.wikipedia.org"):
        call_command("backtest", "--project", "uzwki")
