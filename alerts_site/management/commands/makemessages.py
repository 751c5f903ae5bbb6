"""`manage.py makemessages`: Django's, with what translators need beside each message, and no options to remember.

What a placeholder stands for is the same wherever it is used, so it is written once, in `locale/placeholders.toml`. A comment
`Translators:` in the source says what is special about one message.
"""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import makemessages
from django.utils.translation import to_locale

from alerts_site.languages import LANGUAGES, SOURCE

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
HEADER = """\
# The messages of Community Activity Alerts. docs/adding-a-language.md says how they are translated.
msgid ""
msgstr ""
"Project-Id-Version: Community Activity Alerts\\n"
"Language: \\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


class Command(makemessages.Command):
    """Collects the messages of pages, mails, feeds and the admin into `locale/django.pot` and the catalogues."""

    help = "Collects the messages to translate into locale/django.pot and the catalogue of each language (or of --locale)."

    def handle(self, *args: Any, **options: Any) -> None:
        options["locale"] = options["locale"] or [to_locale(each.code) for each in LANGUAGES if each.code != SOURCE]
        options["ignore_patterns"] = [*options["ignore_patterns"], "tests"]
        super().handle(*args, **options | {"add_location": "file", "keep_pot": True, "no_obsolete": True})

    @cached_property
    def placeholders(self) -> dict[str, str]:
        """What each placeholder stands for."""
        path = Path(self.default_locale_path or "locale") / "placeholders.toml"
        return tomllib.loads(path.read_text(encoding="utf-8"))

    def build_potfiles(self) -> list[str]:
        """With a header that is the same each time, and a comment for each placeholder."""
        potfiles: list[str] = super().build_potfiles()
        for path in map(Path, potfiles):
            _header, *blocks = path.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
            path.write_text("\n\n".join([HEADER.rstrip("\n"), *map(self._documented, blocks)]) + "\n", encoding="utf-8")
        return potfiles

    def _documented(self, block: str) -> str:
        lines = block.split("\n")
        comments = [line for line in lines if line.startswith("#.")]
        rest = [line for line in lines if not line.startswith("#.")]
        said = "\n".join(comments)
        for name in dict.fromkeys(PLACEHOLDER.findall("\n".join(rest).replace('"\n"', ""))):
            if f"%({name})s" in said:
                continue
            if name not in self.placeholders:
                raise CommandError(f"Say in locale/placeholders.toml what %({name})s stands for. It is in:\n{block}")
            comments.append(f"#. %({name})s: {self.placeholders[name]}")
        return "\n".join(comments + rest)

    def write_po_file(self, potfile: str, locale: str) -> None:
        """A new catalogue says which language it is of."""
        super().write_po_file(potfile, locale)
        path = Path(potfile).parent / locale / "LC_MESSAGES/django.po"
        path.write_text(
            path.read_text(encoding="utf-8").replace('"Language: \\n"', f'"Language: {locale}\\n"'), encoding="utf-8"
        )
