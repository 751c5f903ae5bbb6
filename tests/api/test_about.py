"""The page about the API: its examples are answered."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import Alert
from api.dump.building import build_dump
from api.examples import EXAMPLES


def test_each_example_has_the_answer_that_its_address_gives(client: Client, peak: Alert) -> None:
    response = client.get("/api/")

    assert len(response.context["examples"]) == len(EXAMPLES)
    for example in response.context["examples"]:
        answer = client.get(example.url)
        assert answer.status_code == 200
        assert example.answer.splitlines()[1].strip().rstrip(",[{") in answer.content.decode()


def test_what_the_programs_print_is_what_their_address_gives(client: Client, peak: Alert) -> None:
    text = client.get("/api/").content.decode()
    (url,) = set(re.findall(r'fetch\("([^"]*)"', html.unescape(text)))
    printed = [f"{item['month']} {item['count']} {item['expected']}" for item in client.get(url).json()["items"]]

    assert len(printed) == 3
    assert "\n".join(printed) in text


def test_each_operation_is_listed(client: Client, peak: Alert) -> None:
    text = client.get("/api/").content.decode()

    for path in client.get("/api/v1/openapi.json").json()["paths"]:
        assert path in text, path


def test_the_files_of_the_newest_dump_are_linked(client: Client, peak: Alert, settings: Any, tmp_path: Path) -> None:
    settings.DUMP_DIR = tmp_path / "dumps"
    assert "There are none yet" in client.get("/api/").content.decode()
    build_dump(folder=settings.DUMP_DIR, now=timezone.now())

    text = client.get("/api/").content.decode()

    for file in client.get("/api/dump.json").json()["files"]:
        assert file["url"] in text


@pytest.mark.django_db
def test_an_empty_site_has_no_examples_and_still_a_page(client: Client) -> None:
    assert client.get("/api/").status_code == 200


@pytest.mark.parametrize("given", [{"accept-encoding": "gzip, deflate, br, zstd"}, {"if-none-match": "*"}], ids=str)
def test_the_page_answers_browsers_that_take_compressed_answers_or_have_kept_one(
    client: Client, peak: Alert, given: dict[str, str]
) -> None:
    assert client.get("/api/", headers=given).status_code in {200, 304}
