"""The forms of a page as a browser reads them: what it would send, button by button."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

TEXT = "Written by somebody who tries everything."


@dataclass
class PageForm:
    """One `<form method="post">`: where it leads, the fields with their values, and its buttons."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)  # of each drop-down
    texts: set[str] = field(default_factory=set)  # names of fields for free text
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, **changes: Any) -> dict[str, Any]:
        """What is sent when every field for text has words in it and every drop-down a choice."""
        data: dict[str, Any] = {name: values for name, values in self.fields.items() if values}
        for name in self.texts:
            if not self.fields.get(name, [""])[0]:
                data[name] = TEXT
        for name, values in self.choices.items():
            if not any(self.fields.get(name, [])):
                data[name] = next((value for value in values if value), "")
        return data | changes


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.forms = url, list[PageForm]()
        self.form: PageForm | None = None
        self.text_of: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            posted = given.get("method", "get").lower() == "post"
            self.form = (
                PageForm(urljoin(self.url, given.get("action", "")) if given.get("action") else self.url) if posted else None
            )
            if self.form is not None:
                self.forms.append(self.form)
        form, name = self.form, given.get("name", "")
        if form is None or "disabled" in given:
            return
        kind = given.get("type", "text" if tag == "input" else "submit")
        if (tag == "button" or (tag == "input" and kind in {"submit", "image"})) and kind != "button":
            form.buttons.append((name, given.get("value", "")))
        elif tag == "input" and name and not (kind in {"checkbox", "radio"} and "checked" not in given):
            form.fields.setdefault(name, []).append(given.get("value", "on" if kind == "checkbox" else ""))
            if kind == "text":
                form.texts.add(name)
        elif tag == "textarea" and name:
            form.fields[name], self.text_of = [""], name
            form.texts.add(name)
        elif tag == "select" and name:
            form.choices[name], self.select = [], name
        elif tag == "option" and self.select:
            form.choices[self.select].append(given.get("value", ""))
            if "selected" in given:
                form.fields.setdefault(self.select, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.form is not None and self.text_of:
            self.form.fields[self.text_of][0] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.text_of = None
        elif tag == "select":
            self.select = None


def forms_of(response: Any, url: str) -> list[PageForm]:
    """The forms of a page that are sent by POST."""
    reader = _Reader(url)
    reader.feed(response.content.decode())
    return reader.forms
