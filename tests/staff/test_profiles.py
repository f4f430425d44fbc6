from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import User
from mentors.models import Decision, MentorProfile, ProfileState
from mentors.services import (
    ProfileTexts,
    approve_profile,
    pause_profile,
    save_words,
    start_application,
    submit_profile,
    suspend_profile,
)
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import (
    alerts_in,
    elements_of,
    ids_in,
    links_in,
    markup_of,
    problems_in,
    tiles_in,
)
from tests.mentors.conftest import QUESTIONS, fill, queries_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
QUEUE = "/staff/profiles/"
SAY = "Your takeaway is a topic."


@pytest.fixture
def client(client_for, maria, now):
    return client_for(maria)


@pytest.fixture
def draft_profile(topic) -> MentorProfile:
    person = make_person("dora@example.org", "Dora Diaz", "America/New_York")
    return fill(start_application(person=person, now=NOW, name=person.name), topic)


@pytest.fixture
def sent_profile(draft_profile) -> MentorProfile:
    return submit_profile(profile=draft_profile, by=draft_profile.person, now=NOW)


@pytest.fixture
def live_profile(alice, topic) -> MentorProfile:
    profile = alice.mentor_profile
    profile.topics.set([topic])
    profile.draft.topics.set([topic])
    return profile


@pytest.fixture
def changed_profile(live_profile) -> MentorProfile:
    save_words(profile=live_profile, words=ProfileTexts(headline="Chief engineer"))
    return submit_profile(profile=live_profile, by=live_profile.person, now=NOW)


def told(response) -> list[str]:
    """The kind of each answer that the next page gives."""
    return [message.level_tag for message in get_messages(response.wsgi_request)]


def page_of(profile: MentorProfile) -> str:
    return f"{QUEUE}{profile.slug}/"


def ticked(profile: MentorProfile, **changes) -> dict[str, str]:
    boxes = {f"ok_{key}": "on" for key in ("face", "name", "questions", "contact")}
    data = boxes | {"seen": str(profile.version), "decision": "approve"} | changes
    return {key: value for key, value in data.items() if value}


def applicant(email: str, name: str, topic, *, days: int = 0) -> MentorProfile:
    person = make_person(email, name)
    profile = fill(start_application(person=person, now=NOW, name=name), topic)
    return submit_profile(profile=profile, by=person, now=NOW - timedelta(days=days))


@pytest.mark.parametrize("path", ["/staff/", QUEUE, f"{QUEUE}dora-diaz/", f"{QUEUE}dora-diaz/turn-down/"])
def test_pages_of_staff_do_not_exist_for_others(client_for, client, sent_profile, path):
    applicant_herself = client_for(sent_profile.person)

    assert applicant_herself.get(path).status_code == 404
    assert applicant_herself.post(path, ticked(sent_profile)).status_code in (404, 405)
    client.logout()
    assert client.get(path).headers["Location"] == f"/sign-in/?next={path}"
    sent_profile.refresh_from_db()
    assert sent_profile.state == ProfileState.SUBMITTED


def test_home_of_staff_counts_what_waits(client, sent_profile, now):
    page = markup_of(client.get("/staff/"))

    [queue] = elements_of(page, "tr", data_queue="staff_profiles")
    assert queue.attributes["data-count"] == "1"
    assert page_of(sent_profile) in page


def test_home_of_staff_with_nothing_to_do(client, now):
    page = markup_of(client.get("/staff/"))

    assert [numbers[0] for numbers in tiles_in(page)] == ["0", "–", "0"]
    assert not elements_of(page, "a", class_="btn btn--primary")


def test_queue_is_oldest_first(client, topic):
    applicant("a@example.org", "Newer Person", topic, days=1)
    applicant("b@example.org", "Older Person", topic, days=3)

    page = markup_of(client.get(QUEUE))

    assert page.index("Older Person") < page.index("Newer Person")
    assert [words in page for words in ("3 of 5", "4 of 5")] == [False, True]


def test_queue_shows_each_state_in_its_tab(client, sent_profile, changed_profile, maria):
    other = make_mentor(make_person("o@example.org", "Olga Orlova"))
    pause_profile(profile=other, until=NOW.date() + timedelta(days=9), by=maria, now=NOW)
    gone = make_mentor(make_person("s@example.org", "Sven Svensson"))
    suspend_profile(profile=gone, reason="Complaints.", by=maria, now=NOW)
    people = [sent_profile, changed_profile, other, gone]

    shown = {
        tab: {profile.name for profile in people if page_of(profile) in markup_of(client.get(f"{QUEUE}?state={tab}"))}
        for tab in ("new", "changed", "live", "paused", "suspended", "all")
    }

    assert shown == {
        "new": {"Dora Diaz"},
        "changed": {"Alice Adair"},
        "live": {"Alice Adair"},
        "paused": {"Olga Orlova"},
        "suspended": {"Sven Svensson"},
        "all": {"Dora Diaz", "Alice Adair", "Olga Orlova", "Sven Svensson"},
    }


def test_queue_that_is_empty_says_so(client):
    for path in (QUEUE, f"{QUEUE}?state=paused"):
        page = markup_of(client.get(path))
        assert (len(elements_of(page, "div", class_="empty")), elements_of(page, "table")) == (1, [])


def test_queue_finds_by_name(client, sent_profile):
    User.objects.filter(pk=sent_profile.person_id).update(name="Dóra Díaz")

    for text in ("dora", "ra díaz", "DÓRA"):
        assert page_of(sent_profile) in markup_of(client.get(f"{QUEUE}?q={text}"))
    assert page_of(sent_profile) not in markup_of(client.get(f"{QUEUE}?q=diaz dora"))
    page = markup_of(client.get(f"{QUEUE}?q=<b>nobody"))
    assert len(elements_of(page, "div", class_="empty")) == 1
    assert any(link.startswith("?state=all&q=") for link in links_in(page))
    assert "<b>nobody" not in page


@pytest.mark.parametrize("query", ["?state=nonsense", "?state="])
def test_queue_of_an_unknown_state_does_not_exist(client, query):
    assert client.get(QUEUE + query).status_code == 404


def test_queue_bears_odd_addresses(client, sent_profile):
    queries = {"?page=0": True, "?page=x": True, f"?page={10**30}": True, "?q=%00dora": True, "?q=" + "x" * 5000: False}

    found = {query: page_of(sent_profile) in markup_of(client.get(QUEUE + query)) for query in queries}

    assert found == queries


def test_queue_takes_the_same_queries_for_one_and_three(client, topic):
    applicant("a@example.org", "Anna One", topic)
    before = queries_of(client, QUEUE)
    applicant("b@example.org", "Anna Two", topic)
    applicant("c@example.org", "Anna Three", topic)

    assert queries_of(client, QUEUE) == before <= 13


def test_review_shows_the_words_as_the_public_will_see_them(client, sent_profile):
    page = markup_of(client.get(page_of(sent_profile)))

    assert "Dora Diaz" in elements_of(page, "h1")[0].text
    assert QUESTIONS[0] in page
    assert "Bring the draft." in page
    assert len(elements_of(page, "div", class_="note note--warn")) == 1  # there are no times yet
    assert f'name="seen" value="{sent_profile.version}"' in page


def test_review_escapes_what_was_written(client, draft_profile):
    evil = "<script>alert(1)</script>"
    save_words(profile=draft_profile, words=ProfileTexts(headline=evil, asks=[evil] * 3, how_i_work=evil))
    submit_profile(profile=draft_profile, by=draft_profile.person, now=NOW)

    page = markup_of(client.get(page_of(draft_profile)))

    assert evil not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


def test_review_of_changes_shows_both_versions(client, changed_profile, now):
    page = markup_of(client.get(page_of(changed_profile)))

    assert "<del>Engineering</del> <del>director</del>" in page or "<del>Engineering director</del>" in page
    assert "<ins>Chief engineer</ins>" in page or "<ins>Chief</ins>" in page
    assert "Wednesday 25 November, 09:00, London (GMT)" in page


def test_approving_goes_to_the_next_in_the_queue(client, sent_profile, topic, now):
    following = applicant("next@example.org", "Nora Next", topic)

    response = client.post(page_of(sent_profile), ticked(sent_profile))

    sent_profile.refresh_from_db()
    assert response.headers["Location"] == page_of(following)
    assert told(response) == ["success"]
    assert (sent_profile.state, sent_profile.headline) == (ProfileState.APPROVED, "Staff engineer")
    assert sent_profile.decisions.first().by.name == "Maria Marsh"


def test_approving_the_last_one_goes_to_the_empty_queue(client, sent_profile):
    response = client.post(page_of(sent_profile), ticked(sent_profile), follow=True)

    assert response.redirect_chain == [(QUEUE, 302)]
    assert len(elements_of(markup_of(response), "div", class_="empty")) == 1


def test_approving_needs_every_box(client, sent_profile):
    response = client.post(page_of(sent_profile), ticked(sent_profile, ok_name="", say_name="Write both names."))

    sent_profile.refresh_from_db()
    assert response.status_code == 422
    assert (problems_in(markup_of(response)), "id_ok_name_error" in ids_in(markup_of(response))) == (
        ["id_ok_name"],
        True,
    )
    assert "Write both names." in markup_of(response)
    assert sent_profile.state == ProfileState.SUBMITTED


def test_asking_for_changes_needs_a_sentence_for_every_open_box(client, sent_profile):
    data = ticked(sent_profile, ok_name="", ok_questions="", say_questions=SAY, decision="changes")

    response = client.post(page_of(sent_profile), data)

    sent_profile.refresh_from_db()
    assert response.status_code == 422
    assert (problems_in(markup_of(response)), "id_say_name_error" in ids_in(markup_of(response))) == (
        ["id_say_name"],
        True,
    )
    assert sent_profile.state == ProfileState.SUBMITTED


def test_asking_for_changes_tells_what_is_open_and_nothing_else(client, sent_profile):
    data = ticked(sent_profile, ok_questions="", say_questions=SAY, say_name="left over", decision="changes")

    client.post(page_of(sent_profile), data)

    sent_profile.refresh_from_db()
    assert sent_profile.state == ProfileState.NEEDS_CHANGES
    assert sent_profile.decisions.first().points == {"questions": SAY}


def test_asking_for_changes_with_all_ticked_says_what_is_wanted(client, sent_profile):
    response = client.post(page_of(sent_profile), ticked(sent_profile, decision="changes"))

    assert response.status_code == 422
    assert response.context["form"].has_error("__all__", "no_points")


def test_asking_for_times_is_enough(client, sent_profile):
    client.post(page_of(sent_profile), ticked(sent_profile, say_times="Set your times.", decision="changes"))

    assert sent_profile.decisions.first().points == {"times": "Set your times."}


def test_the_second_reviewer_reads_who_was_first(client, sent_profile, maria):
    data = ticked(sent_profile)
    approve_profile(profile=sent_profile, by=maria, now=NOW)

    response = client.post(page_of(sent_profile), data)

    assert response.status_code == 409
    assert response.context["form"].has_error("__all__", "moved_on")
    assert "Maria" in alerts_in(markup_of(response))[0]
    assert sent_profile.decisions.filter(decision=Decision.APPROVED).count() == 1


@pytest.mark.parametrize("data", [{}, {"seen": "x"}, {"seen": "1", "decision": "delete"}, {"seen": str(10**30)}])
def test_a_malformed_decision_changes_nothing(client, sent_profile, data):
    response = client.post(page_of(sent_profile), data)

    sent_profile.refresh_from_db()
    assert response.status_code in (200, 409, 422)
    assert sent_profile.state == ProfileState.SUBMITTED


def test_turning_down_takes_two_steps(client, sent_profile):
    path = f"{page_of(sent_profile)}turn-down/"
    page = markup_of(client.get(path))
    response = client.post(path, {"seen": str(sent_profile.version), "reason": "Too early."})

    sent_profile.refresh_from_db()
    assert "Dora Diaz" in elements_of(page, "h1")[0].text
    assert response.headers["Location"] == QUEUE
    assert (sent_profile.state, sent_profile.decisions.first().reason) == (ProfileState.DECLINED, "Too early.")


@pytest.mark.parametrize(
    "reason",
    [pytest.param(" ", id="blank"), pytest.param("x" * 501, id="too-long"), pytest.param("a\u202eb", id="bidi")],
)
def test_turning_down_needs_a_good_reason(client, sent_profile, reason):
    data = {"reason": reason, "seen": str(sent_profile.version)}
    response = client.post(f"{page_of(sent_profile)}turn-down/", data)

    sent_profile.refresh_from_db()
    assert response.status_code == 422
    assert problems_in(markup_of(response)) == ["id_reason"]
    assert sent_profile.state == ProfileState.SUBMITTED


def test_a_live_profile_is_paused_resumed_suspended_and_reinstated(client, live_profile, now):
    def act(name: str, **data) -> MentorProfile:
        seen = str(MentorProfile.objects.get(pk=live_profile.pk).version)
        response = client.post(f"{page_of(live_profile)}{name}/", {"seen": seen, **data})
        assert response.headers["Location"] == page_of(live_profile)
        return MentorProfile.objects.get(pk=live_profile.pk)

    assert act("pause", until="2026-12-07", reason="Asked by phone.").paused_until == at("2026-12-07").date()
    assert act("resume").paused_until is None
    assert act("suspend", reason="Complaints.").state == ProfileState.SUSPENDED
    assert act("reinstate", reason="It was not so.").state == ProfileState.APPROVED
    assert list(live_profile.decisions.values_list("decision", flat=True)) == [
        Decision.REINSTATED,
        Decision.SUSPENDED,
        Decision.RESUMED,
        Decision.PAUSED,
    ]
    page = markup_of(client.get(page_of(live_profile)))
    assert [text in page for text in ("Complaints.", "It was not so.", "Asked by phone.")] == [True] * 3


def test_a_quiet_mentor_is_among_the_paused_with_no_pause_to_end(client, live_profile):
    MentorProfile.objects.filter(pk=live_profile.pk).update(resting_since=NOW)
    page = f"{QUEUE}{live_profile.slug}/"

    links = links_in(markup_of(client.get(page)))
    listed = [page in links_in(markup_of(client.get(QUEUE, {"state": tab}))) for tab in ("live", "paused")]

    assert {f"{page}pause/", f"{page}suspend/"} <= links
    assert f"{page}resume/" not in links
    assert listed == [False, True]


def test_a_pause_needs_a_day_ahead(client, live_profile, now):
    path = f"{page_of(live_profile)}pause/"

    for until in ("2026-11-01", "yesterday", ""):
        response = client.post(path, {"seen": str(live_profile.version), "until": until, "reason": "Away."})
        assert response.status_code == 422
    live_profile.refresh_from_db()
    assert live_profile.paused_until is None


def test_an_act_that_is_not_possible_says_why(client, sent_profile):
    response = client.post(f"{page_of(sent_profile)}suspend/", {"seen": str(sent_profile.version), "reason": "Hm."})

    assert response.status_code == 422
    assert response.context["form"].has_error("__all__", "not_live")
    assert MentorProfile.objects.get(pk=sent_profile.pk).state == ProfileState.SUBMITTED


def test_an_unknown_act_or_person_does_not_exist(client, sent_profile):
    assert client.get(f"{page_of(sent_profile)}delete/").status_code == 404
    assert client.get(reverse("staff_profile", args=["nobody"])).status_code == 404


def test_review_page_of_a_profile_without_a_draft(client, alice):
    alice.mentor_profile.draft.delete()

    assert "Alice Adair" in markup_of(client.get(page_of(alice.mentor_profile)))


@pytest.fixture
def own_profile(maria, topic) -> MentorProfile:
    """Maria's, who is staff: changed and sent for review."""
    profile = make_mentor(maria)
    save_words(profile=profile, words=ProfileTexts(headline="Chief of everything"), topics=[topic])
    return submit_profile(profile=profile, by=maria, now=NOW)


def test_ones_own_profile_says_who_decides(client, own_profile):
    page = markup_of(client.get(page_of(own_profile)))

    assert {"own", "more"} <= ids_in(page)
    assert "Chief of everything" in page
    assert [word in page for word in ('value="approve"', 'value="changes"', "turn-down/", "suspend/")] == [False] * 4
    assert "pause/" in page


def test_ones_own_suspended_profile_says_who_decides(client, own_profile):
    MentorProfile.objects.update(state=ProfileState.SUSPENDED)

    page = markup_of(client.get(page_of(own_profile)))

    assert "own" in ids_in(page)
    assert "reinstate/" not in page


@pytest.mark.parametrize("path", ["", "turn-down/", "suspend/"])
def test_deciding_on_oneself_all_the_same_is_refused_in_words(client, own_profile, path):
    response = client.post(f"{page_of(own_profile)}{path}", ticked(own_profile, reason="Why not."))

    own_profile.refresh_from_db()
    assert response.status_code == 422
    assert response.context["form"].has_error("__all__", "own_profile")
    assert (own_profile.state, own_profile.headline) == (ProfileState.APPROVED, "Engineering director")


def test_ones_own_profile_is_never_next_in_the_queue(client, own_profile, sent_profile):
    [link] = elements_of(markup_of(client.get("/staff/")), "a", class_="btn btn--primary")
    assert link.attributes["href"] == page_of(sent_profile)

    response = client.post(page_of(sent_profile), ticked(sent_profile))

    assert response.headers["Location"] == QUEUE


def test_somebody_else_on_the_team_decides(client_for, own_profile):
    other = client_for(make_person("stan@example.org", "Stan Stone", is_staff=True))

    other.post(page_of(own_profile), ticked(own_profile))

    own_profile.refresh_from_db()
    assert own_profile.headline == "Chief of everything"
