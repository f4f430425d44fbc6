import pytest

from mentors.errors import ProfileError
from mentors.models import Topic
from mentors.services import save_topic
from tests.markup import problems_in
from tests.mentors.conftest import queries_of

pytestmark = pytest.mark.django_db
TOPICS = "/staff/topics/"


@pytest.fixture
def client(client_for, maria):
    return client_for(maria)


def form(**changes) -> dict[str, str]:
    return {"name": "Négotiation", "synonyms": "", "position": "0", "is_active": "on"} | changes


def test_topics_are_for_staff(client_for, topic, bob):
    stranger = client_for(bob)

    answers = [stranger.get(path).status_code for path in (TOPICS, f"{TOPICS}add/", f"{TOPICS}negotiation/")]

    assert answers == [404, 404, 404]
    assert stranger.post(f"{TOPICS}add/", form()).status_code == 404
    assert Topic.objects.count() == 2


def test_topics_are_listed_under_their_parents(client, topic):
    page = client.get(TOPICS).content.decode()

    assert page.index("Work") < page.index("Negotiation")
    assert "salary talk" in page


def test_topic_is_added_with_an_address_from_its_name(client, topic):
    data = form(name="Pay rise", synonyms=" raise, more  money ,, Raise ", parent=str(topic.parent_id))

    response = client.post(f"{TOPICS}add/", data)

    added = Topic.objects.get(name="Pay rise")
    assert response.headers["Location"] == TOPICS
    assert (added.slug, added.parent, added.synonyms) == ("pay-rise", topic.parent, ["Raise", "more money"])


@pytest.mark.parametrize(("name", "slug"), [("Add", "add-2"), ("Negotiation!", "negotiation-2"), ("交渉", "topic")])
def test_topic_takes_a_free_address(client, topic, name, slug):
    client.post(f"{TOPICS}add/", form(name=name))

    assert Topic.objects.get(name=name).slug == slug


def test_topic_keeps_its_address_when_it_is_renamed(client, topic):
    client.post(f"{TOPICS}negotiation/", form(name="Asking for more", parent=str(topic.parent_id)))

    topic.refresh_from_db()
    assert (topic.name, topic.slug) == ("Asking for more", "negotiation")


def test_topic_is_hidden(client, topic):
    data = form(parent=str(topic.parent_id))
    del data["is_active"]

    client.post(f"{TOPICS}negotiation/", data)

    assert list(Topic.objects.active()) == [topic.parent]


def test_topics_stand_in_the_order_that_people_see(client, topic):
    parent = topic.parent
    for name, position in (("Zeal", 1), ("Accents", 3), ("Money", 2)):
        Topic.objects.create(name=name, slug=name.lower(), parent=parent, position=position)

    text = client.get("/staff/topics/").content.decode()

    places = [
        text.index(f">{name}<") if f">{name}<" in text else text.index(name) for name in ("Zeal", "Money", "Accents")
    ]
    assert places == sorted(places)


def test_a_topic_with_topics_below_stays_on_the_first_level(client, topic):
    other = Topic.objects.create(name="Money", slug="money")

    response = client.post(f"{TOPICS}work/", form(name="Work", parent=str(other.pk)))

    assert response.status_code == 422
    assert response.context["form"].has_error("parent")
    assert problems_in(response.content.decode()) == ["id_parent"]
    topic.parent.refresh_from_db()
    assert topic.parent.parent is None


@pytest.mark.parametrize("parent", ["negotiation", "work"])
def test_there_is_no_third_level_and_no_circle(client, topic, parent):
    """The choices hold neither a second-level topic nor the topic itself."""
    target = Topic.objects.get(slug=parent)

    response = client.post(f"{TOPICS}work/", form(name="Work", parent=str(target.pk)))

    assert response.status_code == 422
    assert problems_in(response.content.decode()) == ["id_parent"]


def test_save_topic_refuses_a_third_level(topic):
    with pytest.raises(ProfileError) as refused:
        save_topic(topic=Topic(name="Below", parent=topic))
    assert refused.value.code == "third_level"


def test_save_topic_refuses_itself_as_parent(topic):
    topic.parent = topic
    with pytest.raises(ProfileError) as refused:
        save_topic(topic=topic)
    assert refused.value.code == "own_parent"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (form(name=""), "id_name"),
        (form(name="Negotiation"), "id_name"),
        (form(synonyms="x" * 61), "id_synonyms"),
        (form(synonyms=",".join(f"word{n}" for n in range(31))), "id_synonyms"),
    ],
)
def test_topic_form_says_what_is_wrong(client, topic, data, field):
    response = client.post(f"{TOPICS}add/", data)

    assert response.status_code == 422
    assert problems_in(response.content.decode()) == [field]
    assert Topic.objects.count() == 2


def test_topics_page_takes_the_same_queries_for_two_and_five(client, topic):
    before = queries_of(client, TOPICS)
    Topic.objects.bulk_create(Topic(name=f"T{n}", slug=f"t{n}", parent=topic.parent) for n in range(3))

    assert queries_of(client, TOPICS) == before <= 6
