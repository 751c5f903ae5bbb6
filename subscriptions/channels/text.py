"""A letter as plain text and as wikitext, for channels that take one text."""

from __future__ import annotations

import re

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from alerts.explain import wiki_and_month
from curation.language import isolate
from edits.figures import number
from subscriptions.letters import Letter
from subscriptions.words import Line, sentence

MARKUP = re.compile(r"[\[\]{}|<>&'=#*:;~_]")


def plain(letter: Letter) -> str:
    with override(letter.language):
        return render_to_string("subscriptions/mail.txt", {"letter": letter})


def inert(text: str) -> str:
    """`text` as wikitext shows it: no link, template, signature or heading comes of it."""
    return MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def wiki_line(line: Line, url: str) -> str:
    """One bullet: the wiki, its month, what happened, what is known."""
    known = " · ".join(isolate(inert(part)) for part in (line.cause, line.note) if part)
    name = wiki_and_month(isolate(inert(line.wiki)), inert(line.month))
    return f"* [{url} {name}]: {inert(sentence(line))}{f' – {known}' if known else ''}"


def wikitext(letter: Letter) -> str:
    """The letter for a talk page."""
    with override(letter.language):
        lines = [wiki_line(line, letter.url_of(line)) for line in letter.lines]
        lines += [f"* {inert(what)}: {wiki_line(line, letter.url_of(line))[2:]}" for what, line in letter.follow_ups]
        if letter.more:
            text = ngettext("and %(count)s more", "and %(count)s more", letter.more)
            lines.append(f"* [{letter.more_url} {text % {'count': number(letter.more)}}]")
        if letter.unsubscribe_url:
            lines.append(f"<small>[{letter.unsubscribe_url} {_('No more messages like this')}]</small>")
    return "\n".join([inert(letter.text or letter.heading), "", *lines, "", "~~~~"])
