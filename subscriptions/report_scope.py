"""Which wikis a report is about, as the address or the command names them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from accounts.models import User
from edits.languages import language_name
from edits.models import Project
from subscriptions.groups import projects_of, visible_groups
from subscriptions.report import Report, month_report


@dataclass(frozen=True, slots=True)
class ReportScope:
    """`projects` and what they are called; `language` is the one that most readers there read."""

    projects: list[Project]
    about: str  # said in the language in which it is read
    language: str


def report_scope(*, project: str = "", language: str = "", group: str = "", user: User | AnonymousUser) -> ReportScope:
    """The wikis of one wiki, one language or one group; ValidationError when not exactly one is named, or there is none."""
    if sum(map(bool, (project, language, group))) != 1:
        raise ValidationError(_("Name one wiki, one language or one group."))
    if group:
        found = visible_groups(user).filter(slug=group).first()
        projects = list(projects_of(found)) if found else []
        about, spoken = str(found or ""), "en"
    else:
        named = {"domain": project} if project else {"language_code": language}
        projects = list(Project.objects.filter(**named))
        first = projects[0] if projects else None
        spoken = first.language_code or "en" if first else "en"
        about = lazy(_name, str)(first, project) if first else ""
    if not projects:
        raise ValidationError(_("There is no “%(name)s” here.") % {"name": project or language or group})
    return ReportScope(projects, about, spoken)


def _name(first: Project, project: str) -> str:
    """The name of a wiki, or of the language that it is in, in the reader's language."""
    if project:
        return first.name
    return language_name(first.language_code, first.language_name, first.language_name_en)


def report_for(scope: ReportScope, *, month: dt.date, language: str, site: str, page: str, today: dt.date) -> Report:
    """The report of `scope`, in `language` or else in the language of its wikis."""
    return month_report(
        month=month,
        projects=scope.projects,
        about=scope.about,
        language=language or scope.language,
        languages=[code for code, _name in settings.LANGUAGES],
        site=site,
        page=page,
        today=today,
    )
