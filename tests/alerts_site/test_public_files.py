"""What programs ask of the site: robots, icons, and scripts of other sites."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client


def test_robots_are_told_where_people_work(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    for path in ("/admin/", "/accounts/", "/dash/"):
        assert f"Disallow: {path}\n" in response.content.decode()


def test_the_icon_is_found_under_its_old_name(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    icon = client.get(response["Location"])
    assert icon.status_code == 200
    icon.close()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/alerts.json", "/alerts.csv"])
def test_public_files_can_be_read_by_scripts_of_other_sites(client: Client, address: str) -> None:
    assert client.get(address)["Access-Control-Allow-Origin"] == "*"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/alerts/", "/accounts/login/"])
def test_pages_cannot(client: Client, address: str) -> None:
    assert "Access-Control-Allow-Origin" not in client.get(address)


def test_static_files_of_the_embedded_profile_are_compressed(client: Client) -> None:
    plain = client.get("/static/site/site.css")
    small = client.get("/static/site/site.css", headers={"accept-encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    body, packed = b"".join(plain.streaming_content), b"".join(small.streaming_content)
    plain.close()
    small.close()
    assert gzip.decompress(packed) == body
    assert len(packed) < len(body) / 2


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/status/", "/robots.txt", "/favicon.ico", "/healthz"])
def test_what_is_only_read_refuses_to_be_written(db: None, client: Client, method: str, address: str) -> None:
    assert getattr(client, method)(address).status_code == 405


@pytest.mark.parametrize("header", ["Bearer ünïcode", "Bearer \udcff", "Ж", "Bearer " + "x" * 5000])
def test_a_strange_authorization_is_refused(db: None, client: Client, settings, header: str) -> None:
    settings.METRICS_TOKEN = "right-token-of-this-site"
    assert client.get("/metrics", headers={"authorization": header}).status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer right-token-of-this-site"}).status_code == 200
