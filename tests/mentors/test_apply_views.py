from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mentors.forms.profile import NO_TOPICS
from mentors.models import MentorProfile, ProfileState, Topic
from mentors.moderation import completeness
from mentors.services import draft_of, start_application
from tests.conftest import NOW
from tests.markup import elements_in, elements_of, forms_in, markup_of, parts_in, problems_in, refusals_in
from tests.mentors.conftest import QUESTIONS, state_of
from tests.mentors.pictures import picture

pytestmark = pytest.mark.django_db


def url(step: int) -> str:
    return reverse("mentor_apply", args=[step])


def photo(content: bytes | None = None, name: str = "me.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if content is not None else picture(), "image/jpeg")


@pytest.fixture
def client(client_for, dora):
    return client_for(dora)


@pytest.fixture
def started(dora) -> MentorProfile:
    return start_application(person=dora, now=NOW, name="Dora Diaz")


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_apply_sends_a_visitor_to_sign_in(db, client, step):
    client.logout()

    assert client.get(url(step)).headers["Location"] == f"/sign-in/?next=/mentor/apply/{step}/"


def test_apply_shows_nothing_and_makes_nothing_by_get(client):
    response = client.get(url(1))

    assert response.status_code == 200
    assert len(forms_in(markup_of(response))) == 1
    assert not MentorProfile.objects.exists()


@pytest.mark.parametrize("step", [2, 3, 4, 5])
def test_apply_begins_with_the_first_step(client, step):
    assert client.get(url(step)).headers["Location"] == url(1)
    assert client.post(url(step), {}).headers["Location"] == url(1)


@pytest.mark.parametrize(("step", "is_there"), [(0, False), (1, True), (5, True), (6, False), (999, False)])
def test_apply_has_five_steps(client, started, step, is_there):
    answers = [client.get(url(step)), client.post(url(step), {})]

    assert [answer.status_code for answer in answers] == ([200, 422] if is_there else [404, 404])


def test_the_whole_application(client, dora, topic):
    answers = {
        1: {"name": "Dora Delgado", "headline": "Staff engineer", "photo": photo()},
        2: {
            "ask_1": QUESTIONS[0],
            "ask_2": QUESTIONS[1],
            "ask_3": QUESTIONS[2],
            "topics": [topic.pk],
            "languages": ["en", "es"],
        },
        3: {"how_i_work": "Bring the draft.\r\nWe read it."},
        4: {"lengths": ["15", "45"], "format": "phone", "at_once": "no"},
    }
    for step, data in answers.items():
        assert client.post(url(step), data).headers["Location"] == url(step + 1)
    assert client.post(url(5)).headers["Location"] == reverse("mentor_profile")

    dora.refresh_from_db()
    profile = dora.mentor_profile
    draft = profile.draft
    assert (dora.name, profile.slug, profile.state) == ("Dora Delgado", "dora-delgado", ProfileState.SUBMITTED)
    assert (draft.headline, draft.asks, draft.languages) == ("Staff engineer", QUESTIONS, ["en", "es"])
    assert (draft.how_i_work, list(draft.topics.all())) == ("Bring the draft.\nWe read it.", [topic])
    assert [(offer.length, offer.format, offer.instant) for offer in profile.offers.active()] == [
        (15, "phone", False),
        (45, "phone", False),
    ]
    assert draft.photo.name.endswith(".webp")


def test_who_page_keeps_what_was_typed(client):
    response = client.post(url(1), {"name": "Dora <b>", "headline": "Staff engineer"})

    assert response.status_code == 422
    assert problems_in(markup_of(response)) == ["id_name"]
    assert 'value="Dora &lt;b&gt;"' in markup_of(response)
    assert 'value="Staff engineer"' in markup_of(response)
    assert "<title>Error: " in markup_of(response)


@pytest.mark.parametrize(
    "upload",
    [
        pytest.param(photo(b"%PDF-1.4"), id="no-picture"),
        pytest.param(photo(picture((100, 100))), id="too-small"),
        pytest.param(photo(picture((500, 500))[:400]), id="cut-off"),
        pytest.param(photo(b""), id="empty"),
    ],
)
def test_who_page_says_what_is_wrong_with_a_photo(client, started, upload):
    response = client.post(url(1), {"name": "Dora", "headline": "Staff engineer", "photo": upload})

    assert response.status_code == 422
    assert problems_in(markup_of(response)) == ["id_photo"]
    assert not draft_of(started).photo


def test_who_page_keeps_a_good_photo_although_the_name_is_missing(client, started):
    response = client.post(url(1), {"name": "", "headline": "Staff engineer", "photo": photo()})

    assert response.status_code == 422
    assert problems_in(markup_of(response)) == ["id_name"]
    assert "photo-saved" in parts_in(markup_of(response))
    assert draft_of(started).photo


def test_who_page_removes_a_photo(client, started):
    client.post(url(1), {"name": "Dora", "headline": "Staff engineer", "photo": photo()})

    client.post(url(1), {"name": "Dora", "headline": "Staff engineer", "remove_photo": "on"})

    assert not draft_of(MentorProfile.objects.get()).photo


def test_questions_page_names_each_missing_question(client, started, topic):
    response = client.post(url(2), {"ask_1": "How do I ask?", "ask_2": " ", "ask_3": "x" * 71})

    page = markup_of(response)
    assert response.status_code == 422
    assert [problem.split("_0")[0] for problem in problems_in(page)] == [
        "id_ask_2",
        "id_ask_3",
        "id_topics",
        "id_languages",
    ]
    assert 'value="How do I ask?"' in page


def test_questions_page_can_save_and_stay(client, started, topic):
    data = {"ask_1": "A b c?", "ask_2": "D e f?", "ask_3": "G h i?", "topics": [topic.pk], "languages": ["en"]}

    response = client.post(url(2), data | {"stay": "1"})

    assert response.status_code == 200
    assert "<li>A b c?</li>" in markup_of(response)
    assert draft_of(started).asks == ["A b c?", "D e f?", "G h i?"]


def test_questions_page_refuses_an_unknown_topic(client, started, topic):
    topic.is_active = False
    topic.save()

    response = client.post(url(2), {"topics": [topic.pk], "languages": ["en"]})

    assert response.context["form"].errors.as_data()["topics"][0].code == "invalid_choice"


def test_questions_page_escapes_markup_in_the_example(client, started):
    response = client.post(url(2), {"ask_1": "<script>alert(1)</script>", "stay": "1"})

    assert "<script>alert(1)</script>" not in markup_of(response)
    assert "<li>&lt;script&gt;alert(1)&lt;/script&gt;</li>" in markup_of(response)


def test_how_page_refuses_a_novel(client, started):
    response = client.post(url(3), {"how_i_work": "x" * 100_000})

    assert response.status_code == 422
    assert draft_of(started).how_i_work == ""


def test_lengths_page_suggests_25_minutes_at_once(client, started):
    page = markup_of(client.get(url(4)))

    assert page.count(" checked") == 3
    assert not started.offers.exists()


def test_lengths_page_puts_away_what_is_not_wanted_any_more(client, started):
    client.post(url(4), {"lengths": ["25", "45"], "format": "video", "at_once": "yes"})
    client.post(url(4), {"lengths": ["15", "25"], "format": "video", "at_once": "yes"})

    offers = started.offers.order_by("length").values_list("length", "is_active")
    assert list(offers) == [(15, True), (25, True), (45, False)]


def test_lengths_page_of_a_live_profile_is_the_offers_page(client_for, live_profile):
    assert client_for(live_profile.person).get(url(4)).headers["Location"] == reverse("mentor_offers")


def test_send_page_says_what_is_missing_and_where(client, started):
    response = client.post(url(5))

    page = markup_of(response)
    assert response.status_code == 422
    named = elements_in(page, "a", class_="error-summary")
    assert {url(2), url(4)} <= {link.attributes["href"] for link in named}
    assert state_of(started) == ProfileState.DRAFT


def test_while_there_are_no_topics_the_rest_is_kept_and_nothing_can_be_sent(client, started):
    """The first topics of a site come later than its first mentors. What is hidden can't be chosen either."""
    Topic.objects.create(name="Gone", slug="gone", is_active=False)
    answers = {f"ask_{number}": ask for number, ask in enumerate(QUESTIONS, start=1)} | {"languages": ["en"]}

    form = client.get(url(2)).context["form"]
    saved = client.post(url(2), answers)
    sent = client.post(url(5))

    assert (form["topics"].help_text, form["topics"].field.required) == (NO_TOPICS, True)
    assert (saved.headers["Location"], draft_of(started).asks) == (url(3), QUESTIONS)
    assert (2, completeness.NO_TOPICS) in sent.context["missing"]
    Topic.objects.create(name="Writing", slug="writing")
    assert client.post(url(2), answers).status_code == 422
    assert (2, completeness.NO_TOPICS) not in client.post(url(5)).context["missing"]


def test_send_page_sends_once(client, draft_profile):
    client.post(url(5))
    again = client.post(url(5), follow=True)

    assert refusals_in(markup_of(again)) == ["already_sent"]
    assert draft_profile.decisions.count() == 1


def test_after_sending_the_profile_says_until_when(client, draft_profile, now):
    response = client.post(url(5), follow=True)

    page = markup_of(response)
    [note] = elements_of(page, "div", class_="note note--now")
    assert "Thursday 26 November" in note.text
    assert str(ProfileState.SUBMITTED.label) in page


@pytest.mark.parametrize("state", [ProfileState.SUSPENDED, ProfileState.DECLINED])
def test_a_closed_profile_is_not_written(client, draft_profile, state):
    MentorProfile.objects.update(state=state, declined_at=NOW)

    response = client.post(url(3), {"how_i_work": "New words"})

    assert response.headers["Location"] == reverse("mentor_profile")
    assert draft_of(draft_profile).how_i_work == "Bring the draft."


def test_a_single_change_goes_back_to_the_profile(client_for, live_profile):
    client = client_for(live_profile.person)

    response = client.post(url(3), {"how_i_work": "Bring nothing."})

    live_profile.refresh_from_db()
    assert response.headers["Location"] == reverse("mentor_profile")
    assert live_profile.how_i_work == "Bring the letter."
    assert draft_of(live_profile).how_i_work == "Bring nothing."


@pytest.mark.parametrize(
    ("fields", "way"),
    [
        ({"paused_until": NOW.date() + timedelta(days=9)}, "mentor_availability"),
        ({"resting_since": NOW}, "still_here"),
        ({"paused_until": NOW.date()}, None),
    ],
)
def test_a_profile_that_is_paused_is_not_called_live(client_for, live_profile, now, fields, way):
    MentorProfile.objects.update(**fields)

    page = markup_of(client_for(live_profile.person).get(reverse("mentor_profile")))

    assert ("paused" in parts_in(page)) == (way is not None)
    if way:
        assert reverse(way) in [one.attributes["href"] for one in elements_in(page, "a", data_part="paused")]
