"""Saving mentors, by way of the services and of the button that every page has."""

from threading import Barrier, Thread
from urllib.parse import quote, unquote

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.errors import ProfileError
from mentors.models import MentorProfile, ProfileState, SavedMentor
from mentors.saved import remove_gone, remove_saved, save_mentor, saved_among
from notifications.models import InboxItem, Notification
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import answers_in, elements_of, markup_of, refusals_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SAVE = "/saved/change/"
PART = {"HX-Request": "true"}


@pytest.fixture
def profile(alice: User) -> MentorProfile:
    return alice.mentor_profile


def saved_by(person: User) -> list[str]:
    return [row.profile.slug for row in SavedMentor.objects.filter(person=person).order_by("pk")]


def button_in(response) -> tuple[str, str]:
    """What the button that saves does, and its words."""
    [button] = elements_of(markup_of(response), "button", form="saving")
    return button.attributes["name"], button.text


def test_saving_twice_is_saving_once_and_tells_nobody(profile, bob):
    for _press in range(2):
        save_mentor(profile=profile, person=bob, now=NOW)

    assert saved_by(bob) == ["alice-adair"]
    assert (Notification.objects.count(), InboxItem.objects.count()) == (0, 0)


def test_database_keeps_a_mentor_once_for_a_person(profile, bob):
    save_mentor(profile=profile, person=bob, now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        SavedMentor.objects.create(person=bob, profile=profile, saved_at=NOW)


@pytest.mark.parametrize("state", [ProfileState.SUSPENDED, ProfileState.SUBMITTED])
def test_nobody_saves_a_mentor_who_is_not_public(profile, bob, state):
    MentorProfile.objects.update(state=state)
    profile.refresh_from_db()

    with pytest.raises(ProfileError) as refused:
        save_mentor(profile=profile, person=bob, now=NOW)

    assert (refused.value.code, saved_by(bob)) == ("closed", [])


def test_nobody_saves_themselves(profile, alice):
    with pytest.raises(ProfileError) as refused:
        save_mentor(profile=profile, person=alice, now=NOW)

    assert refused.value.code == "own_profile"


def test_a_person_saves_so_many_and_no_more(profile, bob, settings):
    settings.MAX_SAVED_MENTORS = 1
    other = make_mentor(make_person("ola@example.org", "Ola Oke"))
    save_mentor(profile=profile, person=bob, now=NOW)

    save_mentor(profile=profile, person=bob, now=NOW)
    with pytest.raises(ProfileError) as refused:
        save_mentor(profile=other, person=bob, now=NOW)
    remove_saved(slug="alice-adair", person=bob)
    save_mentor(profile=other, person=bob, now=NOW)

    assert refused.value.code == "too_many"
    assert saved_by(bob) == ["ola-oke"]


@pytest.mark.django_db(transaction=True)
def test_presses_at_once_find_room_for_one(profile, bob, settings):
    settings.MAX_SAVED_MENTORS = 1
    profiles = [profile, *(make_mentor(make_person(f"m{n}@example.org", f"Mentor {word}")) for n, word in TWINS)]
    together, outcomes = Barrier(len(profiles)), []

    def press(one: MentorProfile) -> None:
        together.wait()
        try:
            save_mentor(profile=one, person=bob, now=NOW)
            outcomes.append("saved")
        except ProfileError as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [Thread(target=press, args=(one,)) for one in profiles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["saved", *["too_many"] * (len(profiles) - 1)]
    assert len(saved_by(bob)) == 1


TWINS = enumerate(["One", "Two", "Three"])


def test_removing_what_is_not_saved_does_nothing(profile, bob, charlie):
    save_mentor(profile=profile, person=charlie, now=NOW)

    remove_saved(slug="alice-adair", person=bob)
    remove_saved(slug="nobody-here", person=bob)

    assert saved_by(charlie) == ["alice-adair"]


def test_removing_who_is_gone_keeps_who_is_here(profile, bob):
    gone = make_mentor(make_person("ola@example.org", "Ola Oke"))
    for one in (profile, gone):
        save_mentor(profile=one, person=bob, now=NOW)
    User.objects.filter(pk=gone.person_id).update(is_active=False)

    assert remove_gone(person=bob) == 1
    assert saved_by(bob) == ["alice-adair"]


def test_a_persons_list_goes_with_the_person_and_a_mentor_with_the_mentor(profile, bob, charlie):
    for person in (bob, charlie):
        save_mentor(profile=profile, person=person, now=NOW)

    bob.delete()
    kept = [row.person for row in SavedMentor.objects.all()]
    profile.delete()

    assert (kept, SavedMentor.objects.count()) == ([charlie], 0)


def test_nothing_is_asked_for_a_visitor(profile, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert saved_among(None, [profile.pk]) == set()


# the button


def test_button_saves_and_removes_and_leads_back(profile, bob, client_for):
    client, page = client_for(bob), "/mentors/alice-adair/?q=Stay"
    before = button_in(client.get(page))

    saved = client.post(SAVE, {"save": "alice-adair", "next": page}, follow=True)
    on_the_page = saved_by(bob), button_in(saved), answers_in(markup_of(saved))
    removed = client.post(SAVE, {"remove": "alice-adair", "next": page}, follow=True)

    assert before == ("save", "Save Alice Adair")
    assert on_the_page == (["alice-adair"], ("remove", "Saved Alice Adair: remove"), ["ok"])
    assert (saved_by(bob), button_in(removed), removed.request["QUERY_STRING"]) == ([], before, "q=Stay")


def test_script_gets_the_other_button_alone(profile, bob, client_for):
    client = client_for(bob)

    saved = client.post(SAVE, {"save": "alice-adair"}, headers=PART)
    removed = client.post(SAVE, {"remove": "alice-adair"}, headers=PART)

    assert [button_in(answer) for answer in (saved, removed)] == [
        ("remove", "Saved Alice Adair: remove"),
        ("save", "Save Alice Adair"),
    ]
    assert elements_of(markup_of(saved), "html") == []
    assert "HX-Request" in saved["Vary"]


@pytest.mark.parametrize("headers", [{}, PART], ids=["page", "part"])
def test_one_too_many_is_said_and_changes_nothing(profile, bob, client_for, settings, headers):
    settings.MAX_SAVED_MENTORS = 0

    answer = client_for(bob).post(SAVE, {"save": "alice-adair", "next": "/mentors/"}, headers=headers, follow=True)

    assert "You can save 0 mentors." in text_of(answer)
    assert saved_by(bob) == []
    assert answer.status_code == (409 if headers else 200)


@pytest.mark.parametrize("slug", ["nobody-here", "alice-adair"])
def test_mentor_who_is_not_public_does_not_exist(profile, bob, client_for, slug):
    MentorProfile.objects.update(state=ProfileState.SUSPENDED)

    assert client_for(bob).post(SAVE, {"save": slug}).status_code == 404


def test_visitor_signs_in_and_the_mentor_is_saved(profile, bob, mailoutbox):
    client, page = Client(), "/mentors/alice-adair/?q=Stay"

    asked = client.post(SAVE, {"save": "alice-adair", "next": page})
    client.post(asked["Location"], {"email": "bob@example.org"})
    code = "".join(part for part in mailoutbox[-1].subject if part.isdigit())
    done = client.post(reverse("account_confirm_login_code") + "?next=" + page, {"code": code}, follow=True)

    assert asked["Location"] == "/sign-in/?next=/mentors/alice-adair/%3Fq%3DStay"
    assert saved_by(bob) == ["alice-adair"]
    assert (done.request["PATH_INFO"], done.request["QUERY_STRING"]) == ("/mentors/alice-adair/", "q=Stay")
    assert (button_in(done), answers_in(markup_of(done))) == (("remove", "Saved Alice Adair: remove"), ["ok"])


def test_visitor_keeps_the_question_they_had_typed(profile):
    asked = Client().post(
        SAVE,
        {"save": "alice-adair", "next": "/mentors/", "question": "Stay or go?"},
        headers=PART | {"HX-Current-URL": "http://testserver/mentors/alice-adair/?day=2026-11-26&q=Old"},
    )

    page = "/mentors/alice-adair/%3Fday%3D2026-11-26%26q%3DStay%2Bor%2Bgo%253F"
    assert asked["HX-Redirect"] == f"/sign-in/?next={page}"


def test_words_in_the_form_of_the_search_come_back_without_a_script(profile, bob, client_for):
    typed = {"q": "Stay or go?", "sort": "", "csrfmiddlewaretoken": "t"}

    answers = [client.post(f"{SAVE}?save=alice-adair", typed) for client in (client_for(bob), Client())]

    assert [answer["Location"] for answer in answers] == [
        "/mentors/?q=Stay+or+go%3F",
        "/sign-in/?next=/mentors/%3Fq%3DStay%2Bor%2Bgo%253F",
    ]
    assert saved_by(bob) == ["alice-adair"]


def test_visitor_keeps_the_longest_question_in_any_letters(profile):
    page = f"/mentors/?q={quote('Ж' * 500)}"

    asked = Client().post(SAVE, {"save": "alice-adair", "next": page})

    assert unquote(asked["Location"]).endswith("Ж" * 500)


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/", "mentor_list", ""])
def test_visitor_is_never_led_elsewhere(profile, next_page):
    asked = Client().post(SAVE, {"save": "alice-adair", "next": next_page})

    assert asked["Location"] == "/sign-in/?next=/saved/"


def test_mentor_who_is_gone_by_the_time_of_signing_in_is_not_saved(profile, bob, client):
    client.post(SAVE, {"save": "alice-adair", "next": "/"})
    MentorProfile.objects.update(state=ProfileState.SUSPENDED)

    done = client.post("/sign-in/password/", {"login": "bob@example.org", "password": "secret-pass-1"}, follow=True)

    assert saved_by(bob) == []
    assert (done.wsgi_request.user, answers_in(markup_of(done))) == (bob, ["warn"])


def test_own_page_has_no_button(profile, alice, client_for):
    page = markup_of(client_for(alice).get("/mentors/alice-adair/"))

    assert elements_of(page, "button", form="saving") == []
    assert refusals_in(page) == []
