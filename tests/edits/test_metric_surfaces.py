"""The places that speak of metrics, which tests/test_surfaces.py walks for each; and every metric is whole."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.core.management import get_commands, load_command_class
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from alerts.admin.policy_form import PolicyForm
from alerts.models import Alert
from dashboards.templatetags.freshness import freshness_banner
from edits.metrics import DEFAULT_METRIC, METRICS, Metric, SnapshotFile, count_models, get_metric
from edits.models import FetchRun, MonthlyCount, Project
from edits.months import FIRST_MONTH, add_months
from edits.records import CountsRecord
from edits.services import store_counts
from edits.snapshot.files import read_snapshot
from operations import health, quickstart
from tests.factories import make_project
from tests.replay.answers import answer
from tests.replay.data import ReplayData, asked_slices, make_sitematrix
from tests.replay.state import ReplayState

MONTH = dt.date(2020, 1, 1)
MONTHS = [add_months(MONTH, place) for place in range(3)]
AGENT = "test (https://example.org)"


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    cache.clear()


@pytest.fixture
def wiki(db: None) -> Project:
    return make_project()


def store(wiki: Project, metric: Metric, *slices: tuple[str, ...]) -> None:
    """Three months of ten counts in each slice (of the best definition, when none is named), as if fetched."""
    run = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA)
    records = [
        CountsRecord(wiki.domain, metric.name, slice_, dict.fromkeys(MONTHS, 10))
        for slice_ in slices or metric.definitions[0].slices
    ]
    store_counts(run=run, metric=metric.name, records=records)


def page_of(wiki: Project, metric: Metric) -> str:
    return Client().get(reverse("explorer", args=[wiki.domain]), {"metric": metric.name}).content.decode()


def on_methodology(metric: Metric, wiki: Project) -> bool:
    page = Client().get(reverse("methodology")).content.decode()
    return all(escape(str(text)) in page for text in (metric.label, metric.description))


def in_the_captions_of_the_explorer(metric: Metric, wiki: Project) -> bool:
    for definition in metric.definitions:
        metric.model.objects.all().delete()
        cache.clear()
        store(wiki, metric, *definition.slices)
        if escape(str(definition.caption)) not in page_of(wiki, metric):
            return False
    return True


def in_the_switch_of_the_explorer(metric: Metric, wiki: Project) -> bool:
    query = "" if metric.name == DEFAULT_METRIC else f"?metric={metric.name}"
    return f'href="{query or reverse("explorer", args=[wiki.domain])}"' in page_of(wiki, METRICS[DEFAULT_METRIC])


def in_the_layers_of_the_explorer(metric: Metric, wiki: Project) -> bool:
    """The layer of each breakdown is offered where its parts are stored, and for nothing else."""
    store(wiki, metric)
    breakdowns = [each for each in metric.breakdowns if each.name == "editor_type"]
    offered = 'value="editors"' in page_of(wiki, metric)
    for breakdown in breakdowns:
        store(wiki, metric, *metric.parts_of(breakdown, metric.definitions[0]).values())
    cache.clear()
    return not offered and ('value="editors"' in page_of(wiki, metric)) == bool(breakdowns)


def in_the_filters_of_alerts(metric: Metric, wiki: Project) -> bool:
    return f'<option value="{metric.name}">' in Client().get(reverse("alerts")).content.decode()


def in_the_comparison(metric: Metric, wiki: Project) -> bool:
    return f'<option value="{metric.name}"' in Client().get(reverse("compare")).content.decode()


def in_the_freshness_banner(metric: Metric, wiki: Project) -> bool:
    store(wiki, metric)
    return f"{metric.label}:" in render_to_string("dashboards/freshness_banner.html", freshness_banner())


def on_the_status_page(metric: Metric, wiki: Project) -> bool:
    return metric.endpoint is None or f"<h2>{metric.label}</h2>" in Client().get(reverse("status")).content.decode()


def in_health(metric: Metric, wiki: Project) -> bool:
    """The metric's own check tells old counts, whatever the other metrics have."""
    check = health.all_checks()[f"newest month of {metric.name}"]
    others = [other for other in METRICS.values() if other.model is not metric.model]
    store(wiki, others[0])
    before = check(timezone.now())
    store(wiki, metric)
    after = check(timezone.now())
    return before.ok and not after.ok and f"{MONTHS[-1]:%Y-%m}" in after.detail


def in_the_snapshot_loader(metric: Metric, wiki: Project, folder: Path) -> bool:
    (folder / "sitematrix.json").write_text(json.dumps(make_sitematrix([wiki.domain])))
    for file in metric.files:
        (folder / file.name).write_text(_csv(metric, file, wiki.domain))
    found = read_snapshot(folder, today=dt.date(2021, 1, 1)).counts if metric.files else {}
    counted = {record.slice for record in found.get(metric.name, ())}
    return len(counted) == len(metric.files)


def _csv(metric: Metric, file: SnapshotFile, domain: str) -> str:
    """A file of one row. Of each choice the second is taken, so that two files speak of different slices."""
    columns = file.columns(metric.slice_fields)
    choices = {name: part for name, part in zip(metric.slice_fields, file.slice, strict=True) if not isinstance(part, str)}
    row = {"project": domain, "month": "2020-01", file.count_column: "7"}
    row |= {name: list(part.values)[1] for name, part in choices.items()}
    return f"{','.join(columns)}\n{','.join(row[column] for column in columns)}\n"


def in_the_admin_of_counts(metric: Metric, wiki: Project) -> bool:
    shown = admin.site._registry.get(metric.model)
    return shown is not None and {*metric.slice_fields, "amount"} <= set(shown.get_list_display(None))  # type: ignore[arg-type]


def in_the_replay_server(metric: Metric, wiki: Project) -> bool:
    """It answers for each slice that is asked for, made up where nothing is recorded."""
    if metric.endpoint is None:
        return not metric.fetched
    data = ReplayData(make_sitematrix([wiki.domain]))
    data.add(wiki.domain, asked_slices(DEFAULT_METRIC)[0], "2020-01", 1000)
    state = ReplayState(data=data.fill_in(), today=dt.date(2021, 1, 1))
    for slice_ in metric.fetched:
        values = dict(metric.endpoint.fixed) | dict(zip(metric.endpoint.slice_names, slice_, strict=True))
        path = metric.endpoint.path.format_map({"project": wiki.domain, **values})
        reply = answer(state, f"/metrics/{path}/20200101/20200201", AGENT)
        if reply.status != 200 or metric.endpoint.value_field not in json.loads(reply.body)["items"][0]["results"][0]:
            return False
    return True


def in_the_first_start(metric: Metric, wiki: Project) -> bool:
    store(wiki, metric)
    said: list[str] = []
    quickstart.ensure_alerts(said.append)
    return any(f" {metric.name}: judged" in line for line in said)


def in_the_policy_form(metric: Metric, wiki: Project) -> bool:
    return metric.name in dict(PolicyForm().fields["metrics"].choices)  # type: ignore[attr-defined]


def in_the_choices_of_alerts(metric: Metric, wiki: Project) -> bool:
    return metric.name in dict(Alert._meta.get_field("metric").flatchoices)


def in_the_commands(metric: Metric, wiki: Project) -> bool:
    """Each command that takes a metric takes this one; those that fetch only what is fetched."""
    for name, app in get_commands().items():
        if app not in {"edits", "alerts", "operations"}:
            continue
        parser = ArgumentParser()
        load_command_class(app, name).add_arguments(parser)
        for action in parser._actions:
            wanted = metric.endpoint or name not in {"fetch_counts", "refresh"}
            if action.dest == "metric" and action.choices and wanted and metric.name not in action.choices:
                return False
    return True


SURFACES: tuple[Callable[[Metric, Project], bool], ...] = (
    on_methodology,
    in_the_captions_of_the_explorer,
    in_the_switch_of_the_explorer,
    in_the_layers_of_the_explorer,
    in_the_filters_of_alerts,
    in_the_comparison,
    in_the_freshness_banner,
    on_the_status_page,
    in_health,
    in_the_admin_of_counts,
    in_the_replay_server,
    in_the_first_start,
    in_the_policy_form,
    in_the_choices_of_alerts,
    in_the_commands,
)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_the_loader_of_recorded_data_reads_every_file_of_every_metric(metric: Metric, wiki: Project, tmp_path: Path) -> None:
    assert in_the_snapshot_loader(metric, wiki, tmp_path)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_is_whole(metric: Metric) -> None:
    """Its words end as sentences do, its unit counts, and its slices are those of its table and of its endpoint."""
    assert get_metric(metric.name) is metric
    assert str(metric.description).endswith(".")
    assert metric.unit(1) % {"count": 1} != metric.unit(2) % {"count": 1}
    assert len({definition.name for definition in metric.definitions}) == len(metric.definitions)
    for definition in metric.definitions:
        assert str(definition.caption).endswith(".")
        assert definition.measure
        assert definition.slices
        for slice_ in definition.slices:
            row = metric.model(month=FIRST_MONTH, **dict(zip(metric.slice_fields, slice_, strict=True)))
            row.clean_fields(exclude={"project", metric.count_field})
    if metric.endpoint:
        assert len(metric.endpoint.slice_names) == len(metric.slice_fields)
        assert set(metric.definitions[0].slices) <= set(metric.fetched)
    else:
        fetched = {(other.model, slice_) for other in METRICS.values() for slice_ in other.fetched}
        assert {(metric.model, slice_) for slice_ in metric.definitions[0].slices} <= fetched, "no metric fetches its slices"
    for breakdown in metric.breakdowns if metric.has_fetched_parts else ():
        assert set(metric.parts_of(breakdown, metric.definitions[0]).values()) <= set(metric.fetched), "a part is not fetched"


def test_every_table_of_counts_belongs_to_a_metric() -> None:
    tables = {model for model in MonthlyCount.__subclasses__() if not model._meta.abstract}
    assert tables == set(count_models())


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_no_surface_is_satisfied_by_a_metric_that_is_not_registered(
    metric: Metric, wiki: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk is worth something: without its entry, the metric is missed."""
    monkeypatch.delitem(METRICS, metric.name)
    assert not on_methodology(metric, wiki)
    assert not in_the_policy_form(metric, wiki)
