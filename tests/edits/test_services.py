"""Storing facts."""

from __future__ import annotations

import datetime as dt

import pytest

from edits.models import CountRevision, EditCount, FetchOutcome, Project, ProjectAlias
from edits.records import BadRecord, CountsRecord, ProjectRecord
from edits.services import start_run, store_counts, sync_projects
from tests.factories import make_project

pytestmark = pytest.mark.django_db

JAN, FEB = dt.date(2020, 1, 1), dt.date(2020, 2, 1)
CONTENT = ("content", "all-editor-types")


def record(counts: dict[dt.date, int], domain: str = "is.wikipedia.org") -> CountsRecord:
    return CountsRecord(domain, "edits", CONTENT, counts)


def test_new_counts_are_stored_and_the_outcome_noted() -> None:
    make_project()
    run = start_run(source="wikimedia", planned=1)
    store_counts(run=run, metric="edits", records=[record({JAN: 5, FEB: 0})])
    assert list(EditCount.objects.order_by("month").values_list("month", "edit_count")) == [(JAN, 5), (FEB, 0)]
    outcome = FetchOutcome.objects.get()
    assert (outcome.state, outcome.new_count, outcome.last_month) == ("stored", 2, FEB)


def test_a_revised_count_keeps_its_old_value_and_an_equal_one_is_not_rewritten() -> None:
    make_project()
    run = start_run(source="wikimedia", planned=1)
    store_counts(run=run, metric="edits", records=[record({JAN: 5, FEB: 7})])
    before = EditCount.objects.get(month=JAN).updated_at
    result = store_counts(run=run, metric="edits", records=[record({JAN: 5, FEB: 8})])["is.wikipedia.org"]
    assert (result.new, result.revised, result.unchanged) == (0, 1, 1)
    assert EditCount.objects.get(month=JAN).updated_at == before
    revision = CountRevision.objects.get()
    assert (revision.month, revision.old_count, revision.new_count) == (FEB, 7, 8)


def test_an_unknown_project_is_refused_and_nothing_is_stored() -> None:
    make_project()
    run = start_run(source="wikimedia", planned=2)
    with pytest.raises(BadRecord, match="xx.wikipedia.org"):
        store_counts(run=run, metric="edits", records=[record({JAN: 5}), record({JAN: 5}, "xx.wikipedia.org")])
    assert not EditCount.objects.exists()


@pytest.mark.parametrize("count", [-1, 1.5, True, "7", None, 10**20])
def test_a_count_that_is_no_count_is_refused(count: object) -> None:
    with pytest.raises(BadRecord, match="whole number"):
        record({JAN: count})  # type: ignore[dict-item]


def wiki(domain: str, dbname: str, **values: object) -> ProjectRecord:
    return ProjectRecord(domain=domain, dbname=dbname, family="wikipedia", **values)  # type: ignore[arg-type]


def test_a_renamed_wiki_stays_one_project_with_an_alias() -> None:
    sync_projects(records=[wiki("be-x-old.wikipedia.org", "be_x_oldwiki")])
    result = sync_projects(records=[wiki("be-tarask.wikipedia.org", "be_x_oldwiki")])
    project = Project.objects.get()
    assert result.renamed == [("be-x-old.wikipedia.org", "be-tarask.wikipedia.org")]
    assert project.domain == "be-tarask.wikipedia.org"
    assert [alias.domain for alias in project.aliases.all()] == ["be-x-old.wikipedia.org"]


def domains() -> dict[str, str]:
    """The domain of each project by the name of its database."""
    return dict(Project.objects.values_list("dbname", "domain"))


def test_a_wiki_whose_database_was_renamed_stays_one_project() -> None:
    sync_projects(records=[wiki("af.wikipedia.org", "afwiki"), wiki("is.wikipedia.org", "iswiki")])
    before = Project.objects.get(domain="af.wikipedia.org")
    result = sync_projects(records=[wiki("af.wikipedia.org", "af2wiki"), wiki("is.wikipedia.org", "iswiki")])
    assert (result.created, result.changed, result.left) == ([], ["af.wikipedia.org"], [])
    assert Project.objects.get(dbname="af2wiki").pk == before.pk


def test_a_new_wiki_may_take_the_domain_that_another_has_left() -> None:
    sync_projects(records=[wiki("mo.wikipedia.org", "mowiki")])
    result = sync_projects(records=[wiki("mo.wikipedia.org", "newwiki"), wiki("ro-mo.wikipedia.org", "mowiki")])
    assert (result.created, result.renamed) == (["mo.wikipedia.org"], [("mo.wikipedia.org", "ro-mo.wikipedia.org")])
    assert domains() == {"mowiki": "ro-mo.wikipedia.org", "newwiki": "mo.wikipedia.org"}
    assert not ProjectAlias.objects.exists()  # the name is another's now


def test_a_wiki_may_move_to_the_domain_of_one_that_left_the_list() -> None:
    sync_projects(records=[wiki("af.wikipedia.org", "afwiki"), wiki("uz.wikipedia.org", "uzwiki")])
    result = sync_projects(records=[wiki("af.wikipedia.org", "uzwiki")])
    assert (result.left, result.renamed) == (["af.wikipedia.org"], [("uz.wikipedia.org", "af.wikipedia.org")])
    assert domains() == {"afwiki": "afwiki.invalid", "uzwiki": "af.wikipedia.org"}
    # The one that left comes back elsewhere.
    sync_projects(records=[wiki("af.wikipedia.org", "uzwiki"), wiki("afr.wikipedia.org", "afwiki")])
    assert domains() == {"afwiki": "afr.wikipedia.org", "uzwiki": "af.wikipedia.org"}


def test_two_wikis_may_swap_their_domains() -> None:
    sync_projects(records=[wiki("af.wikipedia.org", "afwiki"), wiki("uz.wikipedia.org", "uzwiki")])
    sync_projects(records=[wiki("uz.wikipedia.org", "afwiki"), wiki("af.wikipedia.org", "uzwiki")])
    assert domains() == {"afwiki": "uz.wikipedia.org", "uzwiki": "af.wikipedia.org"}


@pytest.mark.parametrize("text", ["x" * 201, "\ud800", "Wiki\0pedia"])
def test_a_name_that_no_database_stores_is_refused(text: str) -> None:
    with pytest.raises(BadRecord, match=r"site_name of af\.wikipedia\.org"):
        wiki("af.wikipedia.org", "afwiki", site_name=text)


def test_a_wiki_that_leaves_the_list_is_kept_and_marked() -> None:
    sync_projects(records=[wiki(f"w{number}.wikipedia.org", f"w{number}wiki") for number in range(3)])
    result = sync_projects(records=[wiki("w0.wikipedia.org", "w0wiki"), wiki("w1.wikipedia.org", "w1wiki")])
    assert result.left == ["w2.wikipedia.org"]
    assert Project.objects.get(domain="w2.wikipedia.org").removed_from_sitematrix_at is not None


def test_a_list_that_lost_half_of_the_wikis_is_not_believed() -> None:
    sync_projects(records=[wiki(f"w{number}.wikipedia.org", f"w{number}wiki") for number in range(30)])
    with pytest.raises(BadRecord, match="29 of 30"):
        sync_projects(records=[wiki("w0.wikipedia.org", "w0wiki")])
    assert not Project.objects.exclude(removed_from_sitematrix_at=None).exists()
