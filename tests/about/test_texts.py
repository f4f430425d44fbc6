"""Terms and privacy as staff write them: shown safely, versions kept, links only where there is something to read."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client

from about.forms import WHEN_EMPTY
from about.models import PublishedText, TextKind
from about.texts import (
    TextError,
    kinds_shown,
    newest_version,
    publish_text,
    remember_kinds,
    text_as_html,
    text_shown,
    version_mark,
)
from tests.conftest import NOW
from tests.markup import elements_in, elements_of, links_in, markup_of, part_in, parts_in, refusals_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
TERMS, EDIT = "/terms/", "/staff/texts/terms/"
DAY = timedelta(days=1)


def publish(maria, body: str, *, kind=TextKind.TERMS, now=NOW):
    return publish_text(kind=kind, body=body, by=maria, now=now, seen=version_mark(newest_version(kind)))


def footer_of(client, path: str = "/help/") -> set[str]:
    return links_in(markup_of(client.get(path)), class_="foot__links")


def test_nothing_is_offered_until_something_is_written(client, maria):
    before = (client.get(TERMS).status_code, TERMS in footer_of(client), parts_in(markup_of(client.get("/sign-in/"))))
    publish(maria, "Be kind.")
    after = (client.get(TERMS).status_code, TERMS in footer_of(client), parts_in(markup_of(client.get("/sign-in/"))))
    publish(maria, "")

    assert (before, after) == ((404, False, []), (200, True, ["terms"]))
    assert (client.get(TERMS).status_code, TERMS in footer_of(client)) == (404, False)


def test_rules_name_the_terms_once_there_are_some(client, maria):
    def count_rules() -> tuple[int, set[str]]:
        page = markup_of(client.get("/trust/"))
        return len(elements_in(page, "li", id="our-rules")), links_in(page, id="our-rules")

    before = count_rules()
    publish(maria, "Be kind.")

    assert (before, count_rules()) == ((5, set()), (6, {TERMS}))


def test_terms_say_when_they_last_changed(client, maria):
    publish(maria, "Be kind.", now=NOW - 3 * DAY)
    publish(maria, "Be kind and on time.", now=NOW - DAY)
    page = markup_of(client.get(TERMS))
    [text] = elements_of(page, "div", data_text="terms")
    days = [one.attributes["datetime"] for one in elements_of(page, "time") if one.start > text.end]

    assert text.text == "Be kind and on time."
    assert days[0] == "2026-11-23T13:46Z"


def test_words_about_privacy_stand_beside_what_the_product_keeps(client, maria):
    before = elements_of(markup_of(client.get("/privacy/")), "div", data_text="privacy")
    publish(maria, "Ask the library.", kind=TextKind.PRIVACY)
    page = markup_of(client.get("/privacy/"))

    assert (before, [one.text for one in elements_of(page, "div", data_text="privacy")]) == ([], ["Ask the library."])
    assert len(elements_of(page, "h2", id="kept")) == 1


def test_every_version_is_kept_and_the_database_refuses_to_change_one(client_for, maria):
    for body in ("One", "Two", "Two", "Three"):
        publish(maria, body)
    page = markup_of(client_for(maria).get(EDIT))
    shown = [one for one in elements_of(page, "details") if "data-version" in one.attributes]

    assert list(PublishedText.objects.order_by("pk").values_list("body", flat=True)) == ["One", "Two", "Three"]
    assert ["Three" in shown[0].text, "Two" in shown[1].text, "One" in shown[2].text] == [True] * 3
    for change in (lambda rows: rows.update(body="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(PublishedText.objects.all())


def test_staff_publish_on_a_page(client_for, maria):
    client = client_for(maria)
    answer = client.post(EDIT, {"body": " Be kind. ", "seen": version_mark(None)})
    version = PublishedText.objects.get()

    assert (answer["Location"], version.body, version.by, version.published_at) == (EDIT, "Be kind.", maria, NOW)


def test_form_says_what_an_empty_text_does_to_its_own_page(client_for, maria):
    for kind in TextKind:
        page = markup_of(client_for(maria).get(f"/staff/texts/{kind}/"))
        assert [other for other, words in WHEN_EMPTY.items() if str(words) in page] == [kind]
    assert Client().get("/terms/").status_code == 404
    assert [Client().get(address).status_code for address in ("/privacy/", "/guide/?need=direction")] == [200, 200]


def test_what_another_wrote_meanwhile_is_not_overwritten_unseen(client_for, maria):
    client, began_with = client_for(maria), version_mark(None)
    publish(maria, "Be kind.")
    refused = client.post(EDIT, {"body": "Be loud.", "seen": began_with})
    page = markup_of(refused)
    [mark] = [one.attributes["value"] for one in elements_of(page, "input", name="seen")]
    client.post(EDIT, {"body": "Be loud.", "seen": mark})

    assert (refused.status_code, refusals_in(page), refused.context["form"]["body"].value()) == (
        409,
        ["stale"],
        "Be loud.",
    )
    assert text_shown(TextKind.TERMS).body == "Be loud."


def test_only_staff_publish(bob):
    with pytest.raises(PermissionDenied):
        publish_text(kind=TextKind.TERMS, body="x", by=bob, now=NOW, seen=version_mark(None))


def test_stale_mark_is_refused(maria):
    with pytest.raises(TextError) as refused:
        publish_text(kind=TextKind.TERMS, body="x", by=maria, now=NOW, seen="")
    assert refused.value.is_stale


def test_footer_asks_the_database_only_now_and_then(maria, django_assert_num_queries, monkeypatch):
    publish(maria, "Be kind.")
    with django_assert_num_queries(0):
        assert kinds_shown() == {"terms"}
    remember_kinds([])
    monkeypatch.setattr("about.texts._Known.until", 0.0)
    with django_assert_num_queries(1):
        assert (kinds_shown(), kinds_shown()) == ({"terms"}, {"terms"})


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("One\nTwo\n\nThree", "<p>One<br>Two</p>\n<p>Three</p>"),
        ("# Who\nWe", "<h2>Who</h2><p>We</p>"),
        ("- One\n- Two", "<ul><li>One</li><li>Two</li></ul>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("# <b>x</b>", "<h2>&lt;b&gt;x&lt;/b&gt;</h2>"),
        (
            "- https://example.org/?a=1&b=2 <x>",
            '<ul><li><a href="https://example.org/?a=1&amp;b=2" rel="nofollow">https://example.org/?a=1&amp;b=2</a> '
            "&lt;x&gt;</li></ul>",
        ),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("", ""),
    ],
)
def test_text_becomes_plain_markup(body, html):
    assert text_as_html(body) == html


def test_whoever_creates_an_account_is_led_to_the_terms(maria, alice, offer):
    publish(maria, "Be kind.")
    client = Client()
    start = {"offer": offer.uuid, "start": "2026-11-26T14:30Z", "question": "Do I?", "key": "k", "day": "2026-11-26"}
    page = client.post("/mentors/alice-adair/book/", start, follow=True)

    assert "terms" in part_in(markup_of(page), "terms")
