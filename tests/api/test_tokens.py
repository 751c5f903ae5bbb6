"""Scripts that write: whose token, for what, until when, and once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert, Category, Status
from annotations.models import Annotation
from api.models import ApiToken, Scope, SentBefore
from api.tokens import digest_of, token_make, token_revoke
from curation.vocabulary import reason
from edits.models import Project
from tests.dashboards.conftest import peak as _peak
from tests.factories import make_alert, make_project

__all__ = ["_peak"]

DAY = dt.timedelta(days=1)
ASKED = {
    "label": lambda alert: {"version": alert.version, "category": "contest", "label": "A contest"},
    "explain": lambda alert: {"version": alert.version, "category": "contest"},
    "dismiss": lambda alert: {"version": alert.version, "reason": "Nothing of note."},
    "annotations": lambda alert: {"text": "A contest ran here that month."},
}
SCOPES = {"label": Scope.LABEL, "explain": Scope.EXPLAIN, "dismiss": Scope.DISMISS, "annotations": Scope.ANNOTATE}
Send = Callable[..., Any]


def token_for(root: User, owner: User, *scopes: str, days: float = 30) -> str:
    now = timezone.now()
    return token_make(
        by=root, owner=owner, name="A script", scopes=scopes or Scope.values, expires_at=now + days * DAY, now=now
    )[1]


@pytest.fixture
def contest(db: None) -> Category:
    return Category.objects.get_or_create(slug="contest", defaults={"name": "Contest"})[0]


@pytest.fixture
def send(client: Client, contest: Category) -> Send:
    def post(alert: Alert, what: str, token: str = "", body: dict[str, Any] | None = None, **headers: str) -> Any:
        given = {"authorization": f"Bearer {token}"} if token else {}
        sent = ASKED[what](alert) if body is None else body
        address = f"/api/v1/alerts/{alert.pk}/{what}"
        return client.post(address, sent, content_type="application/json", headers={**given, **headers})

    return post


def test_a_moderators_script_labels_explains_and_dismisses_as_the_pages_do(
    send: Send, peak: Alert, root: User, alice: User
) -> None:
    token = token_for(root, alice)

    labelled = send(peak, "label", token)
    assert labelled.status_code == 200, labelled.content
    assert (labelled.json()["label"], labelled.json()["category"], labelled.json()["version"]) == ("A contest", "contest", 2)
    peak.refresh_from_db()
    assert send(peak, "explain", token).json()["status"] == "explained"
    peak.refresh_from_db()
    dismissed = send(peak, "dismiss", token)
    assert dismissed.json()["status"] == "dismissed"
    assert "no-store" in dismissed["Cache-Control"]
    history = list(peak.history.order_by("history_id").values_list("history_user__username", "history_change_reason"))
    assert [name for name, _why in history if name] == ["alice"] * 3
    assert history[-1] == ("alice", reason("dismissed", because="Nothing of note."))


def test_a_note_is_published_or_waits_as_the_rights_of_the_owner_say(
    send: Send, peak: Alert, root: User, alice: User, bob: User
) -> None:
    assert send(peak, "annotations", token_for(root, alice)).json()["status"] == "published"
    assert send(peak, "annotations", token_for(root, bob)).json()["status"] == "pending"
    assert set(Annotation.objects.values_list("author__username", flat=True)) == {"alice", "bob"}


@pytest.mark.parametrize("what", ASKED)
def test_without_a_token_nothing_is_written(send: Send, peak: Alert, alice: User, client_for: Any, what: str) -> None:
    before = Alert.objects.values().get()

    answers = [send(peak, what), send(peak, what, "caa_made-up")]
    signed_in = client_for(alice).post(f"/api/v1/alerts/{peak.pk}/{what}", ASKED[what](peak), content_type="application/json")

    for answer in (*answers, signed_in):  # nor with a session alone: a token is sent on purpose
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        assert "Bearer" in answer["WWW-Authenticate"]
    assert Alert.objects.values().get() == before
    assert not Annotation.objects.exists()


@pytest.mark.parametrize("what", ASKED)
def test_a_token_for_something_else_is_refused(send: Send, peak: Alert, root: User, alice: User, what: str) -> None:
    others = [scope for scope in Scope.values if scope != SCOPES[what]]

    answer = send(peak, what, token_for(root, alice, *others))

    assert answer.status_code == 403
    assert SCOPES[what] in answer.json()["detail"]


def test_expired_revoked_and_blocked_are_told_apart(send: Send, peak: Alert, root: User, alice: User) -> None:
    token = token_for(root, alice)
    row = ApiToken.objects.get()

    def problem() -> str:
        answer = send(peak, "dismiss", token)
        assert answer.status_code == 401
        return answer.json()["detail"]

    ApiToken.objects.update(expires_at=timezone.now())
    assert "expired" in problem()
    ApiToken.objects.update(expires_at=timezone.now() + DAY)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert "blocked" in problem()
    User.objects.filter(pk=alice.pk).update(is_active=True)
    token_revoke(token=row, by=root, now=timezone.now())
    assert "revoked" in problem()
    peak.refresh_from_db()
    assert peak.status == Status.NEW


@pytest.mark.parametrize("what", ["label", "explain", "dismiss"])
def test_a_token_gives_no_right_that_its_owner_lacks(send: Send, peak: Alert, root: User, bob: User, what: str) -> None:
    assert send(peak, what, token_for(root, bob)).status_code == 403


def test_who_lost_the_right_has_lost_it_for_the_script_too(send: Send, peak: Alert, root: User, alice: User) -> None:
    token = token_for(root, alice)
    alice.groups.clear()

    assert send(peak, "dismiss", token).status_code == 403


def test_a_decision_on_what_changed_meanwhile_is_refused(send: Send, peak: Alert, root: User, alice: User) -> None:
    token = token_for(root, alice)
    assert send(peak, "label", token).status_code == 200

    answer = send(peak, "dismiss", token)

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("explain", {"version": 1, "category": "magic"}, "category"),
        ("explain", {"version": 1}, "category"),
        ("dismiss", {"version": 1, "reason": ""}, "reason"),
        ("dismiss", {"version": 1, "reason": "  "}, "reason"),
        ("dismiss", {"reason": "Nothing."}, "version"),
        ("dismiss", {"version": 1, "reason": "Nothing.", "colour": "red"}, "colour"),
        ("annotations", {"text": "short"}, "text"),
        ("annotations", {"text": "A contest ran here.", "link": "javascript:alert(1)"}, "link"),
    ],
)
def test_what_cannot_be_stored_names_its_field(
    send: Send, peak: Alert, root: User, alice: User, what: str, body: dict[str, Any], field: str
) -> None:
    answer = send(peak, what, token_for(root, alice), body)

    assert answer.status_code == 400, answer.content
    assert field in {error["parameter"] for error in answer.json()["errors"]}


def test_the_same_request_twice_is_one(send: Send, peak: Alert, root: User, bob: User) -> None:
    token = token_for(root, bob)
    first, again = (send(peak, "annotations", token, **{"idempotency-key": "april-1"}) for _ in range(2))

    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert Annotation.objects.count() == 1


def test_the_answer_to_a_decision_is_given_again_though_the_version_has_moved(
    send: Send, peak: Alert, root: User, alice: User
) -> None:
    token = token_for(root, alice)
    key = {"idempotency-key": "april-2"}
    first = send(peak, "explain", token, **key)
    assert send(peak, "label", token, {"version": 2, "label": "More"}).status_code == 200

    assert send(peak, "explain", token, **key).json() == first.json()


def test_a_key_that_was_used_for_another_request_is_refused(send: Send, peak: Alert, root: User, alice: User) -> None:
    token, key = token_for(root, alice), {"idempotency-key": "april-3"}
    assert send(peak, "label", token, **key).status_code == 200

    answer = send(peak, "label", token, {"version": 2, "label": "Another"}, **key)

    assert answer.status_code == 422
    peak.refresh_from_db()
    assert peak.label == "A contest"
    assert send(peak, "annotations", token_for(root, alice), **key).status_code == 200  # keys are a token's own


def test_what_was_refused_may_be_sent_again(send: Send, peak: Alert, root: User, alice: User) -> None:
    token, key = token_for(root, alice), {"idempotency-key": "april-4"}
    wrong = {"version": 7, "reason": "Nothing of note."}

    assert send(peak, "dismiss", token, wrong, **key).status_code == 409
    assert not SentBefore.objects.exists()
    Alert.objects.update(version=7)
    assert send(peak, "dismiss", token, wrong, **key).status_code == 200


def test_answers_are_forgotten_after_some_days(send: Send, peak: Alert, root: User, alice: User) -> None:
    token, key = token_for(root, alice), {"idempotency-key": "april-5"}
    send(peak, "label", token, **key)
    SentBefore.objects.update(made_at=timezone.now() - 8 * DAY)
    ApiToken.objects.update(last_used_at=timezone.now() - DAY)
    peak.refresh_from_db()

    assert send(peak, "annotations", token).status_code == 200
    assert not SentBefore.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 65, "two words", "schlüssel"])
def test_a_key_that_is_none_is_refused(send: Send, peak: Alert, root: User, alice: User, key: str) -> None:
    assert send(peak, "label", token_for(root, alice), **{"idempotency-key": key}).status_code == 400


@override_settings(RATELIMIT_ENABLE=True)
def test_one_token_writes_so_often_a_minute(
    send: Send, peak: Alert, root: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.writing.RATE", "2/m")
    token = token_for(root, alice)

    answers = [send(peak, "annotations", token) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert send(peak, "annotations", token_for(root, alice)).status_code == 200


def test_no_other_site_may_send_for_a_reader(client: Client, peak: Alert) -> None:
    preflight = client.options(f"/api/v1/alerts/{peak.pk}/dismiss", headers={"Origin": "https://example.org"})

    assert preflight.status_code == 405
    assert "authorization" not in preflight.get("Access-Control-Allow-Headers", "").lower()


def test_a_token_is_stored_as_its_digest_alone(root: User, alice: User) -> None:
    text = token_for(root, alice)
    row = ApiToken.objects.values().get()

    assert row["digest"] == digest_of(text)
    assert text not in str(row)
    assert len(row["start"]) < len(text) / 3


def test_the_last_use_is_noted_to_the_minute(send: Send, peak: Alert, root: User, alice: User) -> None:
    token = token_for(root, alice)
    assert send(peak, "label", token).status_code == 200
    noted = ApiToken.objects.get().last_used_at

    assert noted is not None
    send(peak, "dismiss", token)
    assert ApiToken.objects.get().last_used_at == noted


def test_only_administrators_make_tokens_and_see_them_once(client_for: Any, root: User, alice: User) -> None:
    day = timezone.now() + 20 * DAY
    form = {
        "owner": alice.pk, "name": "Labels of April", "scopes": ["label", "annotate"],
        "expires_at_0": f"{day:%Y-%m-%d}", "expires_at_1": "12:00:00",
    }  # fmt: skip
    assert client_for(alice).post("/admin/api/apitoken/add/", form).status_code == 403

    shown = client_for(root).post("/admin/api/apitoken/add/", form, follow=True).content.decode()

    row = ApiToken.objects.get()
    assert (row.owner, row.made_by, row.scopes) == (alice, root, ["annotate", "label"])
    text = next(word for word in shown.replace("<", " ").split() if word.startswith("caa_") and len(word) > 30)
    assert digest_of(text) == row.digest
    assert text not in client_for(root).get("/admin/api/apitoken/").content.decode()


@pytest.mark.parametrize(("days", "scopes"), [(-1, ["label"]), (400, ["label"]), (20, [])])
def test_a_token_that_lasts_for_ever_or_is_for_nothing_is_refused(
    client_for: Any, root: User, alice: User, days: int, scopes: list[str]
) -> None:
    day = timezone.now() + days * DAY
    form = {
        "owner": alice.pk,
        "name": "Labels",
        "scopes": scopes,
        "expires_at_0": f"{day:%Y-%m-%d}",
        "expires_at_1": "12:00:00",
    }

    assert client_for(root).post("/admin/api/apitoken/add/", form).status_code == 200
    assert not ApiToken.objects.exists()


def test_a_token_is_taken_back_in_the_admin(client_for: Any, root: User, alice: User) -> None:
    token_for(root, alice)
    row = ApiToken.objects.get()

    client_for(root).post("/admin/api/apitoken/", {"action": "revoke", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.revoked_at is not None


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_key_one_is_carried_out(root: User, alice: User, contest: Category) -> None:
    project = make_project("is.wikipedia.org")
    alert, token = make_alert(project), token_for(root, alice)
    assert Project.objects.count() == 1

    def send_once(_turn: int) -> Any:
        try:
            headers = {"authorization": f"Bearer {token}", "idempotency-key": "both"}
            address = f"/api/v1/alerts/{alert.pk}/explain"
            return Client().post(address, ASKED["explain"](alert), content_type="application/json", headers=headers)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send_once, range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert alert.history.filter(history_user=alice).count() == 1
