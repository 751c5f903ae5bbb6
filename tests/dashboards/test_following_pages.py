"""Pages of groups, the page of a person, and the buttons that lead to following."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from edits.models import Project
from subscriptions.groups import projects_of, shipped_regions
from subscriptions.models import Follow, Group, GroupRule, Preferences
from subscriptions.services import follow, group_save
from tests.factories import make_edit_counts, make_project

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def test_the_regions_come_with_the_site(client: Client) -> None:
    text = client.get("/groups/").content.decode()
    for region in shipped_regions():
        assert f"/groups/{region['slug']}/" in text
        group = Group.objects.get(slug=region["slug"])
        assert group.source
        assert set(group.rules.values_list("value", flat=True)) == set(region["languages"])


def test_a_group_has_a_page_like_a_languages(client: Client, peak: Alert, iceland: Project) -> None:
    faroe = make_project("fo.wikipedia.org", language_name_en="Faroese")
    make_edit_counts(faroe, {dt.date(2022, 10, 1): 100, dt.date(2022, 11, 1): 150})
    text = " ".join(client.get("/groups/northern-western-europe/").content.decode().split())
    assert "2 wikis in this group" in text
    assert "Faroese Wikipedia" in text
    assert "9,729 edits · Nov 2022" in text, "the sum of both in the newest month"
    assert "+218%" in text
    assert "scope=group&amp;value=northern-western-europe" in text
    assert "wikimedia-research/canonical-data" in text


def test_languages_and_families_of_a_group(db: None) -> None:
    for domain in ("hi.wikipedia.org", "hi.wiktionary.org", "bn.wikipedia.org", "commons.wikimedia.org", "de.wikiquote.org"):
        make_project(domain)
    group = Group.objects.create(slug="g", name="G")

    def domains() -> set[str]:
        return set(projects_of(group).values_list("domain", flat=True))

    assert domains() == set()
    GroupRule.objects.create(group=group, kind="language", value="hi")
    assert domains() == {"hi.wikipedia.org", "hi.wiktionary.org"}
    GroupRule.objects.create(group=group, kind="family", value="wikipedia")
    assert domains() == {"hi.wikipedia.org"}
    GroupRule.objects.create(group=group, kind="wiki", value="commons.wikimedia.org")
    assert domains() == {"hi.wikipedia.org", "commons.wikimedia.org"}
    group.rules.filter(kind="language").delete()
    assert domains() == {"hi.wikipedia.org", "bn.wikipedia.org", "commons.wikimedia.org"}


def test_a_group_of_ones_own(bob: User, carol: User, client_for: SignIn, iceland: Project, peak: Alert) -> None:
    client = client_for(bob)
    response = client.post("/following/groups/", {"name": "Mine", "languages": "is", "families": "", "wikis": ""})
    group = Group.objects.get(owner=bob)
    assert response["Location"] == f"/groups/{group.slug}/"
    assert "Icelandic Wikipedia" in client.get(f"/groups/{group.slug}/").content.decode()
    for stranger in (client_for(carol), client_for(None)):
        assert stranger.get(f"/groups/{group.slug}/").status_code == 404
        assert stranger.get(f"/alerts.atom?group={group.slug}").status_code == 400
    assert client_for(carol).post(f"/following/groups/{group.slug}/", {"name": "x"}).status_code == 404
    bad = client.post("/following/groups/", {"name": "Bad", "languages": "xx", "wikis": "nowhere.org"})
    assert bad.status_code == 400
    assert "xx, nowhere.org" in bad.content.decode()
    group_save(by=bob, name="Renamed", lines=[("wiki", "is.wikipedia.org")], group=group)
    assert follow(by=bob, scope="group", value=group.slug).group == group
    client.post(f"/following/groups/{group.slug}/remove/")
    assert not Group.objects.filter(owner=bob).exists()
    assert not Follow.objects.exists()


def test_the_list_with_its_filter_can_be_followed(bob: User, client_for: SignIn, peak: Alert) -> None:
    client = client_for(bob)
    text = client.get("/alerts/?severity=extreme&month=2022-11&sort=worst").content.decode()
    assert "scope=filter&amp;value=severity%3Dextreme&amp;" in text
    form = client.get("/following/add/?scope=filter&value=severity%3Dextreme")
    assert form.status_code == 200
    client.post("/following/add/", {"scope": "filter", "value": "severity=extreme", "severity": "high", "cadence": "weekly"})
    assert Follow.objects.get().key == "filter:severity=extreme"
    assert "filter: severity=extreme" in client.get("/following/").content.decode()


@pytest.mark.parametrize(
    ("scope", "value"),
    [("wiki", "nowhere.org"), ("language", "xx"), ("family", "x"), ("group", "x"), ("filter", "a=b"), ("filter", ""),
     ("x", ""), ("filter", "severity=worst"), ("filter", "size=1e9"), ("filter", "month=2022-11"), ("filter", "%"),
     ("language", "")],
)  # fmt: skip
def test_what_does_not_exist_cannot_be_followed(bob: User, client_for: SignIn, peak: Alert, scope: str, value: str) -> None:
    response = client_for(bob).post(
        "/following/add/", {"scope": scope, "value": value, "severity": "notable", "cadence": "monthly"}
    )
    assert response.status_code == 404
    assert not Follow.objects.exists()


def test_strangers_are_asked_to_sign_in(client: Client, dora: User, client_for: SignIn) -> None:
    for path in ("/following/", "/following/add/?scope=everything", "/home/", "/following/groups/"):
        assert client.get(path).status_code == 302
        assert "/accounts/login/" in client.get(path)["Location"]


def test_nobody_touches_what_is_anothers(bob: User, carol: User, client_for: SignIn, peak: Alert) -> None:
    entry = follow(by=bob, scope="everything", value="")
    client = client_for(carol)
    for action in ("stop", "mute"):
        assert client.post(f"/following/{entry.pk}/{action}/").status_code == 404
    assert Follow.objects.get() == entry


def test_the_page_of_a_person(bob: User, client_for: SignIn, peak: Alert, iceland: Project) -> None:
    client = client_for(bob)
    follow(by=bob, scope="wiki", value="is.wikipedia.org")
    Annotation.objects.create(alert=peak, text="A contest, I think", author=bob)
    text = " ".join(client.get("/home/").content.decode().split())
    assert "New on what I follow" in text
    assert "Icelandic Wikipedia" in text
    assert "1 unexplained month on wikis you follow" in text
    assert "A contest, I think" in text
    assert "waiting for review" in text


def test_what_is_new_is_new_since_the_visit_before(bob: User, client_for: SignIn, peak: Alert) -> None:
    client = client_for(bob)
    follow(by=bob, scope="wiki", value="is.wikipedia.org")
    client.get("/home/")
    visit = Preferences.objects.get(user=bob)
    visit.seen_at -= dt.timedelta(days=2)
    visit.save()
    Alert.objects.update(raised_at=visit.seen_at - dt.timedelta(days=1))
    cache.clear()
    text = client.get("/home/").content.decode()
    assert "Nothing new." in text
    assert client.get("/home/").content.decode().count("Nothing new.") == 1, "a second look is the same visit"
