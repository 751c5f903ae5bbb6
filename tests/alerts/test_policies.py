"""Rules: stored in versions, previewed before they are stored, and looked up for ever."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from accounts.models import User
from alerts import services
from alerts.models import Alert, DetectionPolicy
from alerts.policies import RuleBook
from edits.metrics import METRICS
from edits.models import Project
from tests.alerts.series import counts, detect, everything, judge_by, revise
from tests.factories import make_edit_counts, make_project

pytestmark = pytest.mark.django_db

PAGE = "/admin/alerts/detectionpolicy/"


@pytest.fixture
def wiki(db: None) -> Project:
    judge_by("rolling_mean")
    project = make_project()
    make_edit_counts(project, counts(*[100] * 8, 120, *[100] * 3, 500, 125, 150, 200, 100))
    detect()
    return project


def site() -> DetectionPolicy:
    return DetectionPolicy.objects.get(scope="site")


def test_a_new_site_judges_by_the_expected_band_and_its_first_version_is_on_record(db: None) -> None:
    policy = site()
    assert (policy.detector, policy.version, policy.parameters) == ("expected_band", 1, {})
    assert policy.history.get().version == 1
    assert RuleBook().rules("site:1").detector.name == "expected_band"


def test_each_change_of_the_rules_is_a_version_and_earlier_ones_are_found(db: None, root: User) -> None:
    policy = site()
    policy.parameters = {"p_value": 0.005}
    services.policy_save(policy=policy, by=root, reason="Fewer alerts, please")
    policy = site()
    assert (policy.version, policy.history.first().history_user) == (2, root)
    assert policy.history.first().history_change_reason == "Fewer alerts, please"
    services.policy_save(policy=site(), by=root)
    assert site().version == 2, "nothing changed"
    book = RuleBook()
    assert (book.rules("site:1").params.p_value, book.rules("site:2").params.p_value) == (0.01, 0.005)
    with pytest.raises(LookupError, match="site:7"):
        book.rules("site:7")


def test_a_version_that_was_written_past_the_service_is_put_on_record_before_the_next(db: None) -> None:
    DetectionPolicy.history.all().delete()
    DetectionPolicy.objects.update(parameters={"p_value": 0.02})
    assert judge_by("rolling_mean").version == 2
    assert RuleBook().rules("site:1").params.p_value == 0.02


def test_versions_of_a_removed_override_are_kept_and_never_used_again(wiki: Project, root: User) -> None:
    override = services.policy_save(policy=DetectionPolicy(family="wikipedia", detector="rolling_mean"), by=root)
    services.policy_delete(policy=override, by=root, reason="Not needed")
    again = services.policy_save(
        policy=DetectionPolicy(family="wikipedia", detector="rolling_mean", parameters={"percentage": 50}), by=root
    )
    assert again.version == 2
    assert RuleBook().rules("family:wikipedia:1").params.percentage == 30
    with pytest.raises(ValidationError, match="cannot be removed"):
        services.policy_delete(policy=site(), by=root)


def test_the_narrowest_policy_judges(wiki: Project, root: User) -> None:
    other, third = make_project("de.wikipedia.org"), make_project("de.wiktionary.org")
    services.policy_save(policy=DetectionPolicy(family="wikipedia", detector="rolling_mean"), by=root)
    services.policy_save(policy=DetectionPolicy(project=wiki, detector="expected_band"), by=root)
    assert RuleBook().current_keys((wiki.pk, other.pk, third.pk)) == [f"project:{wiki.pk}:1", "family:wikipedia:1", "site:2"]


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({"detector": "magic"}, "detector", "magic"),
        ({"parameters": {"percentage": -3}}, "parameters", "percentage must be above 0"),
        ({"parameters": {"percentage": "much"}}, "parameters", "must be a number, not 'much'"),
        ({"parameters": {"p": 1}}, "parameters", "has no parameter 'p'"),
        ({"parameters": [1]}, "parameters", "no parameter"),
        ({"metrics": ["pageviews"]}, "metrics", ", ".join(sorted(METRICS))),
        ({"directions": "peak"}, "directions", "drop, peak"),
        ({"reopen_step": -1.0}, "reopen_step", "greater than or equal to 0"),
        ({"minimum_volume": None}, "minimum_volume", "null"),
    ],
)
def test_rules_that_cannot_judge_are_refused_by_field(db: None, values: dict[str, Any], field: str, text: str) -> None:
    policy = DetectionPolicy(family="wikipedia", **({"detector": "rolling_mean"} | values))
    with pytest.raises(ValidationError) as caught:
        services.policy_save(policy=policy, by=None)
    assert text in " ".join(caught.value.message_dict[field])
    assert DetectionPolicy.objects.count() == 1


def test_a_second_policy_of_the_same_place_is_refused(wiki: Project) -> None:
    with pytest.raises(ValidationError, match="There is a policy for this already"):
        DetectionPolicy(detector="rolling_mean").full_clean()
    with pytest.raises(ValidationError, match="not both"):
        DetectionPolicy(detector="rolling_mean", family="wikipedia", project=wiki).full_clean()


def test_metrics_directions_and_volume_limit_what_is_raised(wiki: Project) -> None:
    Alert.objects.all().delete()
    for values, found in (
        ({"directions": ["drop"]}, {"drop"}),
        ({"directions": ["peak"]}, {"peak"}),
        ({"metrics": ["active_editors"]}, set()),
        ({"minimum_volume": 450}, set()),
    ):
        policy = DetectionPolicy(project=wiki, detector="rolling_mean", **values)
        differences = services.preview_policy(policy=policy, metrics=["edits"])
        assert {alert.direction for alert in differences.raised} == found


def test_a_preview_tells_what_would_be_raised_and_withdrawn_and_writes_nothing(wiki: Project) -> None:
    standing = Alert.objects.count()
    before = everything()
    policy = site()
    policy.parameters = {"percentage": 500}
    differences = services.preview_policy(policy=policy, metrics=["edits"])
    assert (differences.before, differences.after, len(differences.withdrawn)) == (standing, 0, standing)
    policy.parameters = {"percentage": 15}
    differences = services.preview_policy(policy=policy, metrics=["edits"])
    assert differences.after == standing + len(differences.raised) - len(differences.withdrawn)
    assert differences.raised
    assert everything() == before
    assert site().parameters == {}


def test_a_preview_is_what_recomputing_then_does(wiki: Project) -> None:
    policy = site()
    policy.parameters = {"percentage": 15}
    differences = services.preview_policy(policy=policy, metrics=["edits"])
    shown_before, shown_after = differences.shown()
    assert shown_before == Alert.objects.standing().shown().count()
    services.policy_save(policy=policy, by=None)
    done = services.recompute_alerts(metrics=["edits"], apply=True)
    assert len(done.raised) == len(differences.raised) > 0
    assert shown_after == Alert.objects.standing().shown().count()
    assert Alert.objects.exclude(status="withdrawn").count() == differences.after
    again = services.recompute_alerts(metrics=["edits"])
    assert (again.raised, again.withdrawn, again.revised) == ([], [], [])


def test_recomputing_a_part_does_not_lose_what_changed_before_it(wiki: Project) -> None:
    revise(wiki, 9, 900)
    services.recompute_alerts(since=counts(*[0] * 16).popitem()[0], metrics=["edits"], apply=True)
    assert Alert.objects.filter(count=900).exists()
    assert detect() == {}


def test_a_preview_of_unchanged_rules_shows_no_change(wiki: Project) -> None:
    differences = services.preview_policy(policy=site(), metrics=["edits"])
    assert differences.stay == Alert.objects.count() > 0
    assert (differences.raised, differences.withdrawn, differences.revised) == ([], [], [])


def test_a_preview_leaves_narrower_overrides_their_say(wiki: Project) -> None:
    services.policy_save(policy=DetectionPolicy(project=wiki, detector="rolling_mean"), by=None)
    policy = site()
    policy.parameters = {"percentage": 500}
    assert services.preview_policy(policy=policy, metrics=["edits"]).judged_months == 0


def test_backtest_prints_the_same(wiki: Project, capsys: pytest.CaptureFixture[str]) -> None:
    standing = Alert.objects.count()
    call_command("backtest", "--metric", "edits", "--parameters", '{"percentage": 500}')
    said = capsys.readouterr().out
    assert f"Alerts that stand: {standing}; with these rules: 0." in said
    assert "is.wikipedia.org 2021-01 edits peak: 500 where 102 were expected" in said
    with pytest.raises(CommandError, match="parameters: percentage must be"):
        call_command("backtest", "--parameters", '{"percentage": -1}')
    with pytest.raises(CommandError, match="No wiki is called"):
        call_command("backtest", "--project", "xx.wikipedia.org")


# --- the admin ---


def form(**changes: Any) -> dict[str, Any]:
    sent = {"detector": "rolling_mean", "minimum_volume": "5", "reopen_step": "10", "reason": ""}
    return sent | changes


def test_the_admin_shows_first_and_stores_on_confirmation(wiki: Project, root: User, client_for: Any) -> None:
    client = client_for(root)
    address = f"{PAGE}{site().pk}/change/"
    assert b'value="Preview"' in client.get(address).content
    sent = form(**{"rolling_mean-percentage": "500"}, reason="Only the big ones")
    shown = client.post(address, sent)
    assert b"Would be withdrawn" in shown.content
    assert b"is.wikipedia.org" in shown.content
    assert site().version == 2
    token = shown.context["token"]
    other = client.post(address, form(**{"rolling_mean-percentage": "40"}) | {"_previewed": token})
    assert b"Would be withdrawn" in other.content, "another change than the one that was shown"
    assert site().version == 2
    stored = client.post(address, sent | {"_previewed": token})
    assert stored.status_code == 302
    policy = site()
    assert (policy.version, policy.parameters) == (3, {"percentage": 500})
    newest = policy.history.first()
    assert (newest.history_user, newest.history_change_reason) == (root, "Only the big ones")
    assert client.get(f"{PAGE}{policy.pk}/history/").status_code == 200
    assert client.get(PAGE).status_code == 200


def test_rules_are_stored_by_no_other_way(wiki: Project, root: User, client_for: Any) -> None:
    client, policy = client_for(root), site()
    sent = form(**{"rolling_mean-percentage": "500"})
    assert b"Would be withdrawn" in client.post(f"{PAGE}{policy.pk}/change/", sent | {"_popup": "1"}).content
    old = policy.history.last()
    assert client.get(f"{PAGE}{policy.pk}/history/{old.pk}/").status_code == 200
    assert client.post(f"{PAGE}{policy.pk}/history/{old.pk}/", sent).status_code == 403
    assert site().version == 2


def test_a_number_that_no_computer_holds_is_refused(wiki: Project, root: User, client_for: Any) -> None:
    sent = form(**{"rolling_mean-window_months": "1" + "0" * 400})
    assert "window_months must be a number" in client_for(root).post(f"{PAGE}{site().pk}/change/", sent).content.decode()


def test_the_admin_names_the_field_that_is_wrong(wiki: Project, root: User, client_for: Any) -> None:
    response = client_for(root).post(f"{PAGE}{site().pk}/change/", form(**{"rolling_mean-percentage": "-3"}))
    assert response.status_code == 200
    assert "percentage must be above 0" in response.content.decode()
    response = client_for(root).post(f"{PAGE}add/", form())
    assert "There is a policy for this already" in response.content.decode()


def test_an_override_is_added_and_removed_but_the_sites_policy_stays(wiki: Project, root: User, client_for: Any) -> None:
    client = client_for(root)
    sent = form(family="wikipedia", directions=["peak"], metrics=["edits"])
    token = client.post(f"{PAGE}add/", sent).context["token"]
    assert client.post(f"{PAGE}add/", sent | {"_previewed": token}).status_code == 302
    override = DetectionPolicy.objects.get(family="wikipedia")
    assert (override.directions, override.metrics, override.version) == (["peak"], ["edits"], 1)
    assert client.post(f"{PAGE}{override.pk}/delete/", {"post": "yes"}).status_code == 302
    assert client.post(f"{PAGE}{site().pk}/delete/", {"post": "yes"}).status_code == 403
    assert list(DetectionPolicy.objects.values_list("scope", flat=True)) == ["site"]


def test_only_administrators_change_rules(wiki: Project, alice: User, bob: User, dora: User, client_for: Any) -> None:
    address = f"{PAGE}{site().pk}/change/"
    page = client_for(alice).get(address)
    assert page.status_code == 200
    assert b"Preview" not in page.content
    for user in (alice, bob, dora, None):
        assert client_for(user).post(address, form(**{"rolling_mean-percentage": "500"})).status_code in (302, 403)
        assert client_for(user).post(f"{PAGE}add/", form(family="wikipedia")).status_code in (302, 403)
    assert site().version == 2


def test_opening_and_storing_the_form_as_it_is_makes_no_new_version(wiki: Project, root: User, client_for: Any) -> None:
    client, address = client_for(root), f"{PAGE}{site().pk}/change/"
    page = client.get(address).context["adminform"].form
    shown = {name: page.get_initial_for_field(field, name) for name, field in page.fields.items()}
    sent = {name: value for name, value in shown.items() if value not in (None, False, [])}
    token = client.post(address, sent).context["token"]
    assert client.post(address, sent | {"_previewed": token}).status_code == 302
    assert site().version == 2


def test_an_empty_field_means_the_default_and_what_belongs_to_another_detector_is_not_read(
    wiki: Project, root: User, client_for: Any
) -> None:
    sent = form(**{"rolling_mean-percentage": "", "rolling_mean-window_months": "24", "ears_c2-baseline_months": "many"})
    client, address = client_for(root), f"{PAGE}{site().pk}/change/"
    token = client.post(address, sent).context["token"]
    client.post(address, sent | {"_previewed": token})
    assert site().parameters == {"window_months": 24}


def test_a_range_that_depends_on_another_parameter_is_told_at_its_field(wiki: Project, root: User, client_for: Any) -> None:
    judge_by("rolling_mean", percentage=500)
    sent = form(detector="ears_c2", **{"ears_c2-minimum_history": "40"})
    page = client_for(root).post(f"{PAGE}{site().pk}/change/", sent).context["adminform"].form
    assert page.errors == {"ears_c2-minimum_history": ["minimum_history must be within 2..7, not 40"]}


def test_the_preview_draws_wikis_before_and_after(wiki: Project, root: User, client_for: Any) -> None:
    calm = make_project("fo.wikipedia.org")
    make_edit_counts(calm, counts(*[100] * 17))
    client, address = client_for(root), f"{PAGE}{site().pk}/change/"
    page = client.post(address, form(**{"rolling_mean-percentage": "500"}, drawn="fo.wikipedia"))
    worst, chosen = page.context["drawings"]
    assert (worst.project, chosen.project) == (wiki, calm)
    assert worst.before.count('class="peak"') > worst.after.count('class="peak"') == 0
    assert chosen.before.count("polyline") == chosen.after.count("polyline") == 1
    assert page.content.decode().count('class="spark"') == 4
    refused = client.post(address, form(drawn="no such wiki")).content.decode()
    assert "No wiki is called “no such wiki”" in refused
