"""The report of a month, as people put it on a village pump: the same text as on the page and by command."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from pydantic import model_validator

from api.parameters import Month, Text
from api.v1.operations import get
from edits.clock import current_day
from subscriptions.report_scope import report_for, report_scope

router = Router(tags=["months"])
NAMES = ("project", "language", "group")


class ReportParameters(Schema):
    """Which wikis the report is about, and the language that it is written in."""

    project: Text = Field("", description="The domain of a wiki.", examples=[""])
    language: Text = Field("", description="The code of a language: all its wikis.", examples=["en"])
    group: Text = Field("", description="The short name of a group of wikis.", examples=[""])
    spoken: Text = Field(
        "",
        alias="in",
        description="The code of the language to write in; that of the wikis by default.",
        examples=[""],
    )

    @model_validator(mode="after")
    def names_one(self) -> ReportParameters:
        if sum(bool(getattr(self, name)) for name in NAMES) != 1:
            raise ValueError("Name one wiki, one language or one group")
        return self


class ReportItem(Schema):
    """Wikitext to copy. It is English where the site does not speak the language that was asked for."""

    month: str = Field(description="As `YYYY-MM`.")
    language: str = Field(description="The language of the text.")
    direction: str = Field(description="`ltr` or `rtl`: how the text runs.")
    subject: str
    wikitext: str
    targets: str = Field(description="A target list for MassMessage.")


@get(router, "/months/{month}/report", ReportItem, can_miss=True)
def report_of_month(request: HttpRequest, month: Month, query: Query[ReportParameters]) -> Any:
    """What stood out in a month on some wikis, worst first, in three to seven lines of wikitext."""
    named = {name: getattr(query, name) for name in NAMES}
    try:
        scope = report_scope(**named, user=request.user)
    except ValidationError as error:
        raise Http404(" ".join(error.messages)) from None
    site = request.build_absolute_uri("/").rstrip("/")
    chosen = next(f"{name}={value}" for name, value in named.items() if value)
    page = f"{site}{reverse('month-report', args=[f'{month:%Y-%m}'])}?{chosen}"
    report = report_for(scope, month=month, language=query.spoken, site=site, page=page, today=current_day())
    return {
        "month": f"{month:%Y-%m}",
        "language": report.language,
        "direction": "rtl" if report.right_to_left else "ltr",
        "subject": report.subject,
        "wikitext": report.wikitext,
        "targets": report.targets,
    }
