"""W07, W08, W09 and throttling: who gets in, where to, and for how long."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from social_core.backends.utils import load_backends

from accounts.models import User
from accounts.services import person_of_wikimedia_account
from tests.mediawiki_oauth import Identity, MediaWikiOAuth

PASSWORD = "bob knows this"
EVIL = [
    "//evil.example.org",
    "https:evil.example.org",
    "/\\evil.example.org",
    "https://evil.example.org/",
    "javascript:alert(1)",
]


def _sign_in(client, **data):
    return client.post("/accounts/login/", {"username": "bob", "password": PASSWORD} | data)


@pytest.mark.parametrize("target", EVIL)
def test_w07_unsafe_next_leads_to_the_start_page(client, bob, target):
    response = _sign_in(client, next=target)
    assert response.status_code == 302
    assert response["Location"] == "/"


def test_w07_safe_next_is_followed(client, bob):
    assert _sign_in(client, next="/projects/is.wikipedia.org/")["Location"] == "/projects/is.wikipedia.org/"


@pytest.mark.parametrize("target", EVIL)
def test_w07_unsafe_next_of_a_wikimedia_sign_in_leads_to_the_start_page(client, wikimedia, target):
    response = wikimedia.sign_in(client, next=target)
    assert response.status_code == 302
    assert response["Location"] == "/"


@pytest.fixture
def wikimedia(db, settings):
    with MediaWikiOAuth(key="consumer-key", secret="consumer-secret-of-the-tests-32-bytes") as server:
        settings.SOCIAL_AUTH_MEDIAWIKI_KEY = server.key
        settings.SOCIAL_AUTH_MEDIAWIKI_SECRET = server.secret
        settings.SOCIAL_AUTH_MEDIAWIKI_MEDIAWIKI_URL = server.url
        settings.SOCIAL_AUTH_MEDIAWIKI_CALLBACK = "http://testserver/accounts/wikimedia/complete/mediawiki/"
        settings.AUTHENTICATION_BACKENDS = [
            *settings.AUTHENTICATION_BACKENDS[:2],
            "social_core.backends.mediawiki.MediaWiki",
        ]
        yield server
    load_backends([], force_load=True)  # it remembers what it found first


def _is_signed_in(client):
    return "_auth_user_id" in client.session


def test_w08_wikimedia_account_becomes_a_member_without_rights(client, wikimedia):
    wikimedia.identity = Identity(sub="4711", username="Zoë Müller", groups=["sysop", "steward"])
    assert wikimedia.sign_in(client)["Location"] == "/"
    person = User.objects.get(wikimedia_id="4711")
    assert _is_signed_in(client)
    assert (person.username, person.is_staff, person.is_superuser) == ("Zoë Müller", False, False)
    assert not person.groups.exists()
    assert not person.has_usable_password()
    assert person.social_auth.get().extra_data in ({}, None)  # no token is kept


def test_w08_renamed_user_keeps_the_account(wikimedia):
    wikimedia.identity = Identity(sub="4711", username="Old name")
    wikimedia.sign_in(Client())
    before = User.objects.get()
    wikimedia.identity = Identity(sub="4711", username="New name")
    wikimedia.sign_in(Client())
    after = User.objects.get()
    assert (after.pk, after.username) == (before.pk, "New name")


def test_w08_name_of_somebody_else_is_not_taken_over(wikimedia, root):
    wikimedia.identity = Identity(sub="4711", username="root")
    wikimedia.sign_in(Client())
    impostor = User.objects.get(wikimedia_id="4711")
    assert impostor.pk != root.pk
    assert impostor.username == "root (4711)"
    assert not impostor.is_superuser


def _lines(response):
    """The lines of a page, without the token against forged requests, which is another every time."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode().lower())
    return {line.strip() for line in text.splitlines()}


def _refused(client, response):
    """Back at the sign-in page, no session, no person, one sentence that explains nothing.

    What the page says to everybody (the banner about the state of the data, say) is left out: it explains nothing either.
    """
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
    told = _lines(client.get(response["Location"])) - _lines(Client().get(response["Location"]))
    assert any("signing in did not work" in line for line in told)
    for detail in ("issuer", "blocked", "nonce", "state", "token", "127.0.0.1"):
        assert not [line for line in told if detail in line]
    assert not _is_signed_in(client)


@pytest.mark.parametrize(
    "identity",
    [
        Identity(blocked=True),
        Identity(iss="https://evil.example.org"),
        Identity(aud="another-consumer"),
        Identity(nonce="replayed"),
        Identity(issued_in=3600),
        Identity(expires_in=-3600),
        Identity(signed_with="another-secret-of-at-least-32-bytes-length"),
        Identity(username="two\nlines"),
        Identity(sub=""),
    ],
    ids=lambda identity: ", ".join(f"{name}={value!r}"[:30] for name, value in identity.changed().items()),
)
def test_w08_refused_identities_get_no_session(client, wikimedia, identity):
    wikimedia.identity = identity
    _refused(client, wikimedia.sign_in(client))
    assert not User.objects.exists()


def test_w08_person_deactivated_here_stays_out(client, wikimedia, dora):
    dora.wikimedia_id = "4711"
    dora.save()
    wikimedia.identity = Identity(sub="4711", username="dora")
    _refused(client, wikimedia.sign_in(client))


def test_w08_cancelled_at_the_wiki(client, wikimedia):
    wikimedia.begin(client)
    _refused(client, client.get("/accounts/wikimedia/complete/mediawiki/"))


def test_w08_token_of_another_visitor_is_refused(client, wikimedia):
    """Login CSRF: the callback of one browser is of no use in another, which began nothing or something else."""
    callback = wikimedia.begin(Client())
    _refused(client, client.get(callback))
    wikimedia.begin(client)
    _refused(client, client.get(callback))


def test_w08_callback_cannot_be_replayed(client, wikimedia):
    callback = wikimedia.begin(client)
    assert client.get(callback)["Location"] == "/"
    client.post("/accounts/logout/")
    _refused(client, client.get(callback))


def test_w08_signing_in_begins_with_a_post_and_a_csrf_token(wikimedia):
    careful = Client(enforce_csrf_checks=True)
    assert careful.get("/accounts/wikimedia/login/mediawiki/").status_code == 405
    assert careful.post("/accounts/wikimedia/login/mediawiki/").status_code == 403


def test_w08_without_a_consumer_there_is_nothing_to_begin(client, db):
    assert client.post("/accounts/wikimedia/login/mediawiki/").status_code == 404
    assert b"Wikimedia account" not in client.get("/accounts/login/").content


def test_w09_session_key_changes_at_sign_in(client, bob):
    client.session.save()
    session = client.session
    session["visited"] = True
    session.save()
    before = session.session_key
    _sign_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_w09_logout_ends_the_session_on_the_server(client, bob):
    _sign_in(client)
    stolen = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert not _is_signed_in(thief)
    assert not Session.objects.filter(pk=stolen).exists()


def test_w09_logout_by_link_does_nothing(client, bob):
    _sign_in(client)
    assert client.get("/accounts/logout/").status_code == 405
    assert _is_signed_in(client)


def test_w09_deactivation_ends_all_sessions_at_the_next_request(client_for, root):
    first, second = client_for(root), client_for(root)
    assert first.get("/admin/").status_code == second.get("/admin/").status_code == 200
    User.objects.filter(pk=root.pk).update(is_active=False)
    assert [client.get("/admin/").status_code for client in (first, second)] == [302, 302]


def test_w09_a_new_password_ends_all_sessions(client_for, root):
    client = client_for(root)
    root.set_password("something else entirely")
    root.save()
    assert client.get("/admin/").status_code == 302


def test_w09_sixth_wrong_password_is_throttled_for_that_name_and_address_only(client, bob, alice):
    for _ in range(5):
        response = _sign_in(client, password="wrong")
    assert response.status_code == 429
    assert _sign_in(client).status_code == 429  # not even with the right one
    assert not _is_signed_in(client)
    assert client.post("/accounts/login/", {"username": "alice", "password": "alice knows this"}).status_code == 302
    assert _sign_in(Client(REMOTE_ADDR="203.0.113.7")).status_code == 302


def test_w09_twenty_attempts_a_minute_from_one_address(db, settings):
    """Whatever the names are."""
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMIT_CACHE_PREFIX = "rl-w09:"
    client = Client(REMOTE_ADDR="203.0.113.77")
    answers = [client.post("/accounts/login/", {"username": f"name{n}", "password": "x"}).status_code for n in range(45)]
    assert answers[0] == 200
    assert answers.count(429) >= 5  # at most two windows of a minute, each with 20


@pytest.mark.parametrize("length", [255, 256, 5000])
@pytest.mark.parametrize("address", ["/accounts/login/", "/admin/login/"])
def test_e4_a_name_of_any_length_is_refused_and_counted(client, db, length, address):
    for _ in range(5):
        response = client.post(address, {"username": "n" * length, "password": "wrong"}, follow=True)
        assert response.status_code in {200, 403, 405, 429}, response.status_code
    if address == "/accounts/login/":
        attempt = AccessAttempt.objects.get()
        assert attempt.username == "n" * 255
        assert attempt.failures_since_start == 5
        assert _sign_in(client, username="n" * length).status_code == 429


@pytest.mark.parametrize(
    "header", ["fe80::1%" + "a" * 3000, "fe80::1%eth0", "::ffff:192.0.2.7", "2001:db8::1, " * 300 + "192.0.2.7"]
)
def test_e4_an_address_of_any_length_is_counted(client, db, settings, header):
    settings.TRUSTED_PROXY_COUNT = 1
    response = client.post("/accounts/login/", {"username": "x", "password": "y"}, headers={"x-forwarded-for": header})
    assert response.status_code == 200
    assert AccessAttempt.objects.get().ip_address in {"fe80::1", "192.0.2.7"}


@pytest.mark.django_db(transaction=True)
def test_e12_two_first_sign_ins_at_once_make_one_person():
    begin = threading.Barrier(4)

    def sign_in(_):
        begin.wait()
        try:
            return person_of_wikimedia_account(wikimedia_id="4711", username="Zoë").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as visitors:
        found = set(visitors.map(sign_in, range(4)))
    assert len(found) == 1
    assert User.objects.filter(username="Zoë").count() == 1


@pytest.mark.django_db(transaction=True)
def test_e12_two_people_of_one_name_at_once_are_two():
    begin = threading.Barrier(2)

    def sign_in(wikimedia_id):
        begin.wait()
        try:
            return person_of_wikimedia_account(wikimedia_id=wikimedia_id, username="Zoë").username
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as visitors:
        names = sorted(visitors.map(sign_in, ["1", "2"]))
    assert names[0] == "Zoë"
    assert names[1] in {"Zoë (1)", "Zoë (2)"}


def test_e12_a_name_of_full_length_that_is_taken_gets_its_id_all_the_same(db):
    first = person_of_wikimedia_account(wikimedia_id="1", username="ß" * 255)
    second = person_of_wikimedia_account(wikimedia_id="22", username="ß" * 255)
    assert first.username == "ß" * 255
    assert second.username == "ß" * 250 + " (22)"
    assert person_of_wikimedia_account(wikimedia_id="22", username="ß" * 255) == second


def test_e17_everybody_with_a_password_of_this_site_can_change_it(client_for, bob):
    bob.set_password(PASSWORD)
    bob.save()
    client = client_for(bob)
    page = client.get("/accounts/password/")
    assert page.status_code == 200
    assert "old_password" in page.content.decode()
    wrong = client.post("/accounts/password/", {"old_password": "no", "new_password1": "x", "new_password2": "y"})
    assert wrong.status_code == 200
    new = "another of his own 9"
    done = client.post("/accounts/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert done.status_code == 302
    bob.refresh_from_db()
    assert bob.check_password(new)


def test_e17_strangers_sign_in_first_and_wikimedia_accounts_have_none(client, client_for, bob):
    assert client.get("/accounts/password/")["Location"].startswith("/accounts/login/")
    bob.set_unusable_password()
    bob.save()
    assert "no password of this site" in client_for(bob).get("/accounts/password/").content.decode()
