"""Every page in both themes, on a desk and on a phone: axe finds nothing, nothing scrolls sideways."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from about.contact import send_message
from about.models import TextKind
from about.texts import publish_text, version_mark
from accounts.models import User
from demo.world import Seeder
from mentors.models import MentorProfile, Topic
from mentors.saved import save_mentor
from notifications.webhooks.services import announce_event, make_endpoint
from programmes.changes import copy_programme
from programmes.claims import ClaimInput, add_claim, end_claim
from programmes.domains import DomainInput, add_domain
from programmes.invitations import LinkInput, make_invitation
from programmes.models import Membership, Programme
from search.figures.choosing import answer_url, choose_mails, list_chosen
from search.models import NotedSearch, TopicExample
from search.reading.learning import propose_example
from search.reading.retraining import learn_to_read
from search.unmet import note_unmet
from sessions_app.models import Booking, BookingState
from sessions_app.waiting.acts import wait_for_help, wait_for_mentor
from tests.browser.conftest import expect_booked
from tests.browser.looking import broken_words, problems
from tests.programmes.listing import invite, upload
from tests.search.small_reader import store_reader, train_small

pytestmark = pytest.mark.browser


@pytest.fixture
def world(transactional_db) -> datetime:
    """A small invented world: every state of a session and of a profile, with whatever words and names come with it."""
    now = timezone.now()
    Seeder(mentors=14, days=14, now=now).run()
    # The first page of a process takes seconds of a busy machine (templates are read), which no browser waits for here.
    Client().get("/")
    return now


@pytest.fixture
def look(browser_page):
    """Opens pages one after another as one person and returns all that was found."""

    def look_at(user: str | None, paths: dict[str, str]) -> list[str]:
        page = browser_page(user=person(user) if user else None)
        found = []
        for name, path in paths.items():
            page.goto(path)
            found += problems(page, name)
        return found

    return look_at


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.example")


def session_of(name: str, *states: BookingState) -> str:
    booking = Booking.objects.filter(mentee__email=f"{name}@demo.example", state__in=states).order_by("during").last()
    return f"/sessions/{booking.uuid}/"


def told_page(now: datetime) -> str:
    """Of another system that was told something, and has not answered yet."""
    url = "https://hooks.example.org/a-rather-long-address/that/does/not/break/anywhere?key=1234567890"
    endpoint = make_endpoint(url=url, events=["booking.created"], by=person("maria"), now=now)
    announce_event("booking.created", cause="look", payload=dict, now=now)
    return f"/staff/webhooks/{endpoint.uuid}/"


def write_texts(now: datetime) -> None:
    body = "# Kindness\n\nBe kind. See https://example.org/kindness\n\n- On time\n- To the point"
    for kind in TextKind:
        publish_text(kind=kind, body=body, by=person("maria"), now=now, seen=version_mark(None))


def test_pages_that_anybody_sees(world, look):
    found = look(None, {"guide-long-term-unwritten": "/guide/?about=direction"})
    write_texts(world)
    found += look(
        None,
        {
            "guide": "/guide/",
            "guide-search": "/guide/?about=question&time=hour&way=talk&views=one",
            "guide-long-term": "/guide/?about=direction",
            "guide-elsewhere": "/guide/?about=other",
            "home": "/",
            "browse": "/mentors/?q=counter-offer",
            "browse-nobody": "/mentors/?q=zzzzzz",
            "browse-filters-cost": "/mentors/?q=counter-offer&when=today&len=15&lang=zh",
            "mentor": "/mentors/priya-raghunathan/?q=Should+I+stay",
            "mentor-asks-first": "/mentors/tomas-herrera/",
            "sign-in": "/sign-in/",
            "sign-in-password": "/sign-in/password/",
            "password-forgotten": "/password/forgotten/",
            "time-zone": "/time-zone/",
            "become-a-mentor": "/become-a-mentor/",
            "how-it-works": "/how-it-works/",
            "help": "/help/",
            "privacy": "/privacy/",
            "contact": "/contact/",
            "terms": "/terms/",
            "accessibility": "/accessibility/",
            "not-found": "/no-such-page/",
        },
    )

    assert found == []


def test_no_width_cuts_a_heading_in_two(browser_page, priya, bob, booked):
    """Between a phone and a desk, and where the second column comes; long names are in the invented world too."""
    page = browser_page(user=bob)
    found = {}
    for path in (f"/mentors/{priya.slug}/", f"/sessions/{booked(priya, bob).uuid}/"):
        page.goto(path)
        page.evaluate("document.fonts.ready")  # letters of another font are wider, and may be there first
        for width in range(320, 1300, 20):
            page.set_viewport_size({"width": width, "height": 900})
            if cut := broken_words(page):
                found[path, width] = cut

    assert found == {}


def test_pages_of_a_programme_manager(world, look):
    """With people who ask to join, a link that works, and people who left or were removed."""
    manage = "/programmes/leadership-year/manage/"
    asked = Membership.objects.filter(programme__slug="leadership-year", state="asked").select_related("person").first()
    found = look(
        "hanna",
        {
            "programme-figure-mail": mail_of("hanna"),
            "programmes": "/programmes/",
            "programme": "/programmes/leadership-year/",
            "programme-manage": manage,
            "programme-people": f"{manage}members/",
            "programme-asked": f"{manage}members/?state=asked",
            "programme-removed": f"{manage}members/?state=removed",
            "programme-person": f"{manage}members/{asked.person.uuid}/",
            "programme-links": f"{manage}links/",
            "programme-list": f"{manage}list/",
            # After the page of its mail, so with one chosen
            "programme-figures": f"{manage}figures/",
            "programme-words": f"{manage}words/",
            "programme-rules": f"{manage}rules/",
            "programme-try": f"{manage}try/",
            "programme-try-mentor": f"{manage}try/?as=mentor&minutes=30&given=20",
            "programme-try-visitor": f"{manage}try/?as=visitor",
            "programme-look": f"{manage}look/",
            "programme-settings": f"{manage}settings/",
        },
    )

    assert found == []


def test_pages_of_a_list_and_of_a_draft_with_every_rule(world, look):
    """Addresses that are long, rows that can't be used, and people who are invited; a draft whose rules refuse."""
    manage, hanna = "/programmes/leadership-year/manage/", person("hanna")
    programme = Programme.objects.get(slug="leadership-year")
    long_one = (
        "anna.long.address.of.a.person@engineering.department.example.org,Anna-Katharina Hohenlohe-Schilling,mentor"
    )
    invite(programme, hanna, "email,name,role", long_one)
    upload(programme, hanna, "email,name,role", "twice@example.org,Ben,", "twice@example.org,Bob,", "no address,Carl,x")
    found = look(
        "hanna",
        {
            "programme-list-open": f"{manage}list/",
            "programme-list-check": f"{manage}list/check/",
            "programme-list-row": f"{manage}list/check/4/",
        },
    )
    draft = copy_programme(programme=programme, by=hanna, now=world)
    rules = {"units_apart": True, "members_book_outside": False, "lengths": [45], "first_share": 25}
    Programme.objects.filter(pk=draft.pk).update(**rules, others_book_ours=False, most_sessions=4, most_open=2)
    manage = f"/programmes/{draft.slug}/manage/"
    found += look(
        "hanna",
        {
            "programme-draft": manage,
            "programme-try-draft": f"{manage}try/?unit=Sales&has_met=on",
            "programme-try-quota": f"{manage}try/?booked=4",
            "programme-try-error": f"{manage}try/?booked=-1&ahead=99",
            "programme-try-draft-visitor": f"{manage}try/?as=visitor",
        },
    )

    assert found == []


def test_pages_of_programmes_for_owners(world, look, settings):
    """Names and values of claims are as long as providers make them."""
    settings.OIDC_PROVIDERS = 'uni name="University" issuer=https://login.uni.example client_id=ours secret=s'
    programme, maria = Programme.objects.get(slug="leadership-year"), person("maria")
    value = "urn:mace:dir:entitlement:common-lib-terms:" + "participants" * 8
    named = [("https://schemas.uni.example/claims/eduPersonEntitlement", value), ("groups", "x" * 120), ("dept", "y")]
    claims = [
        add_claim(programme=programme, given=ClaimInput("uni", *one, False, True), by=maria, now=world) for one in named
    ]
    end_claim(programme=programme, number=claims[-1].pk, by=maria, now=world)
    domain = DomainInput("a-rather-long-name.faculty-of-engineering.uni.example", False, True, True)
    add_domain(programme=programme, given=domain, by=maria, now=world)
    staff = "/staff/programmes/"
    found = look(
        "maria",
        {
            "staff-programmes": staff,
            "staff-programme": f"{staff}{programme.slug}/",
            "staff-programme-claims": f"{staff}{programme.slug}/claims/",
            "staff-programme-domains": f"{staff}{programme.slug}/domains/",
            "staff-programme-rules": f"{staff}{programme.slug}/rules/",
        },
    )

    assert found == []


def test_pages_of_a_member_and_of_an_invitation(world, look):
    given = LinkInput(gives=False, asks=True, most=5, days=30)
    programme = Programme.objects.get(slug="leadership-year")
    token = make_invitation(programme=programme, given=given, by=person("hanna"), now=world)[1]
    member = {"programmes-of-a-member": "/programmes/", "programme-of-a-member": f"/programmes/{programme.slug}/"}
    found = look(None, {"programme-join": f"/join/{token}/", "programme-box": f"/embed/{programme.slug}/"})
    found += look("priya", member)
    found += look("jonas", {"programme-join-signed-in": f"/join/{token}/"})

    assert found == []


def test_heading_of_a_mentor_in_a_programme_fits_on_one_line(world, browser_page):
    """They have the most entries: at no width do they wrap, or push the page to the side."""
    page = browser_page(user=person("priya"))
    page.goto("/programmes/")
    page.evaluate("document.fonts.ready")
    entries, found = page.locator(".head__in > .nav a"), []
    for width in range(1030, 1500, 30):
        page.set_viewport_size({"width": width, "height": 800})
        tallest = max(one.bounding_box()["height"] for one in entries.all())
        if tallest > 45 or page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((width, tallest))

    assert entries.count() == 7
    assert found == []


def mail_of(name: str) -> str:
    """The page where a mail of figures is kept or ended."""
    programme = Programme.objects.managed_by(person(name)).get()
    choose_mails(programme=programme, rhythms=["weekly"], by=person(name), now=timezone.now())
    [mail] = list_chosen(person(name), programme)
    return urlsplit(answer_url(mail)).path


def test_pages_of_a_mentee(world, look):
    for slug in ("priya-raghunathan", "tomas-herrera"):
        save_mentor(profile=MentorProfile.objects.get(slug=slug), person=person("sam"), now=world)
    ahead, past = session_of("sam", BookingState.CONFIRMED), session_of("sam", BookingState.COMPLETED)
    found = look(
        "sam",
        {
            "home-signed-in": "/",
            "saved": "/saved/",
            "sessions": "/sessions/",
            "sessions-waiting-empty": "/sessions/?tab=waiting",
            "sessions-past": "/sessions/?tab=past",
            "sessions-cancelled": "/sessions/?tab=cancelled",
            "left-with": "/sessions/left-with/",
            "session": ahead,
            "session-move": f"{ahead}move/",
            "session-cancel": f"{ahead}cancel/",
            "session-question": f"{ahead}question/",
            "session-over": past,
            "session-feedback": f"{past}feedback/",
            "session-cancelled": session_of("sam", BookingState.CANCELLED),
            "settings": "/settings/",
            "settings-email": "/settings/email/",
            "settings-password": "/settings/password/",
            "settings-programs": "/settings/programs/",
            "settings-people": "/settings/people/",
            "part": ahead.replace("/sessions/", "/apart/session/"),
            "sign-out": "/sign-out/",
        },
    )

    assert found == []


def test_pages_of_a_mentor(world, look):
    request = Booking.objects.filter(mentor=person("tomas")).waiting().first()
    offer = person("tomas").mentor_profile.offers.first()
    found = look(
        "tomas",
        {
            "today": "/mentor/",
            "record": "/mentor/record/",
            "certificates": "/mentor/certificates/",
            "respond": f"/sessions/{request.uuid}/respond/",
            "request-as-mentor": f"/sessions/{request.uuid}/",
            "availability": "/mentor/availability/",
            "availability-date": "/mentor/availability/dates/add/",
            "availability-time-off": "/mentor/availability/time-off/add/",
            "offers": "/mentor/offers/",
            "offer": f"/mentor/offers/{offer.uuid}/",
            "offer-add": "/mentor/offers/add/",
            "own-profile": "/mentor/profile/",
            "own-page": "/mentors/tomas-herrera/",
        },
    )

    assert found == []


def test_pages_of_an_applicant(world, look):
    steps = {f"apply-{step}": f"/mentor/apply/{step}/" for step in range(1, 6)}
    found = look("jonas", steps | {"profile-in-review": "/mentor/profile/"})
    found += look("sam", {"apply-first": "/mentor/apply/1/"})

    assert found == []


def test_pages_of_staff(world, look):
    write_texts(world)
    words = {"name": "Kim Kay", "email": "kim@example.org", "text": "Where is my session?", "key": "k"}
    send_message(**words, address="192.0.2.1", person=None, now=world)
    found = look(
        "maria",
        {
            "staff": "/staff/",
            "staff-roles": "/staff/roles/",
            "staff-trace": "/staff/trace/",
            "staff-people": "/staff/people/?q=s",
            "staff-people-none": "/staff/people/?q=nobody",
            "staff-person": f"/staff/people/{person('priya').uuid}/",
            "staff-session": f"/staff{session_of('sam', BookingState.CONFIRMED)}",
            "staff-outcomes": "/staff/outcomes/?period=all",
            "staff-signals": "/staff/signals/",
            "staff-clock": "/staff/clock/",
            "staff-profiles": "/staff/profiles/",
            "staff-changed": "/staff/profiles/?state=changed",
            "staff-suspended-empty": "/staff/profiles/?state=suspended",
            "staff-review": "/staff/profiles/jonas-albrecht/",
            "staff-live": "/staff/profiles/priya-raghunathan/",
            "staff-turn-down": "/staff/profiles/jonas-albrecht/turn-down/",
            "staff-contact": "/staff/contact/",
            "staff-contact-empty": "/staff/contact/?state=answered",
            "staff-texts": "/staff/texts/",
            "staff-text": "/staff/texts/terms/",
            "staff-topics": "/staff/topics/",
            "staff-topic": "/staff/topics/negotiation/",
            "staff-topic-add": "/staff/topics/add/",
            "staff-webhooks": "/staff/webhooks/",
            "staff-webhook-add": "/staff/webhooks/add/",
            "staff-webhook": told_page(world),
        },
    )

    assert found == []


def test_page_of_what_nobody_finds(world, look):
    found = look("maria", {"staff-unmet-empty": "/staff/unmet/"})
    sam, priya = person("sam"), MentorProfile.objects.get(slug="priya-raghunathan")
    for words in ("quantum gravity", "a rather long question that nobody here has an answer to yet, however it is put"):
        note_unmet(words, day=world.date())
        wait_for_help(words=words, filters="", person=sam, now=world)
    wait_for_mentor(profile=priya, words="", known=[], person=sam, now=world)
    found += look("maria", {"staff-unmet": "/staff/unmet/", "staff-asks-empty": "/staff/asks/"})
    waits = {"filters": "", "person": person("jonas"), "now": world - timedelta(days=4), "asks_mentors": True}
    for words in ("How do I negotiate a counter-offer?", "quantum gravity on a balcony"):
        wait_for_help(words=words, **waits)
    found += look("maria", {"staff-asks": "/staff/asks/"})

    assert found == []


def test_page_of_how_questions_are_read(world, look):
    topic = Topic.objects.get(slug="negotiation")
    long = "a rather long question that is about quite something else, my cat is ill and nobody knows what it has"
    example = TopicExample.objects.create(topic=topic, text="they want a number from me")
    store_reader(train_small())
    for number, words in enumerate((long, "my cat is ill")):
        NotedSearch.objects.create(words=words, day=world.date(), share=0.2, claimed=number, topics=[topic.pk])
    propose_example("how do I say no to a number", topics=[topic.pk], day=world.date())
    found = look(
        "maria",
        {
            "staff-reading": "/staff/reading/?q=how+much+may+I+ask+for",
            "staff-reading-add": "/staff/reading/?topic=negotiation&with=my+cat+is+ill",
            "staff-reading-retire": f"/staff/reading/?topic=negotiation&without={example.pk}",
        },
    )
    Topic.objects.filter(pk=topic.pk).update(synonyms=["next", "which offer", "salary talk"])
    found += look("maria", {"staff-topic-warned": "/staff/topics/negotiation/"})

    assert found == []


def test_pages_of_how_a_question_was_understood(world, look):
    learn_to_read(now=world)
    questions = {
        "understood": "they want to know what salary I expect, what do I say",
        "unsure": "can you give me advice please",
        "outside": "best recipe for onion soup",
        "crisis": "I do not want to live any more",
    }
    pages = {name: f"/mentors/?q={quote_plus(words)}" for name, words in questions.items()}
    pages["understood-in-writing"] = f"{pages['understood']}&format=writing"
    shown = {name: Client().get(path).context for name, path in pages.items()}

    found = look(None, pages)

    assert found == []
    assert all(shown[name]["understood"].topics for name in ("understood", "understood-in-writing"))
    assert (shown["unsure"]["reading"].is_unsure, shown["outside"]["reading"].is_outside) == (True, True)
    assert shown["crisis"]["reading"].is_crisis


def press(page: Page, name: str) -> None:
    page.locator("form").evaluate_all("forms => forms.forEach(form => form.noValidate = true)")
    page.get_by_role("button", name=name).last.click()
    expect(page).to_have_title(re.compile("^Error: "))


def test_pages_after_a_mistake(world, browser_page):
    found = []
    ahead, past = session_of("sam", BookingState.CONFIRMED), session_of("sam", BookingState.COMPLETED)
    for user, name, path, button in (
        (None, "sign-in-error", "/sign-in/", "Continue with email"),
        (None, "contact-error", "/contact/", "Send message"),
        (None, "book-error", "/mentors/priya-raghunathan/", "Book this time"),
        ("sam", "feedback-error", f"{past}feedback/", "Send"),
        ("sam", "question-error", f"{ahead}question/", "Save"),
        ("sam", "apply-error", "/mentor/apply/1/", "Save and continue"),
        ("maria", "staff-review-error", "/staff/profiles/jonas-albrecht/", "Approve"),
    ):
        page = browser_page(user=person(user) if user else None)
        page.goto(path, wait_until="networkidle")  # a first visit draws the page again, in the zone that it has learned
        if name == "question-error":
            page.get_by_role("textbox").first.fill("")
        press(page, button)
        found += problems(page, name)

    assert found == []


def test_pages_on_the_way_of_a_guest(world, browser_page, code_for):
    page = browser_page()
    page.goto("/mentors/priya-raghunathan/?q=Should+I+stay")
    page.locator("label.slot--radio").last.click()
    page.get_by_role("button", name="Book this time").click()
    found = problems(page, "book-email")
    page.locator("#id_email").fill("guest@example.org")
    page.get_by_role("button", name="Email me a code").click()
    found += problems(page, "book-code")
    page.get_by_role("textbox").first.fill("000000")
    page.get_by_role("button", name=re.compile("Continue|Confirm email address")).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    found += problems(page, "book-code-wrong")
    page.get_by_role("textbox").first.fill(code_for("guest@example.org"))
    page.get_by_role("button", name=re.compile("Continue|Confirm email address")).click()
    found += problems(page, "book-name")
    page.locator("#id_name").fill("Gus")
    page.get_by_role("button", name="Continue").click()
    expect_booked(page)
    found += problems(page, "booked-as-a-guest")

    assert found == []


def test_page_of_a_session_whose_call_is_open(browser_page, priya, bob, booked):
    booking = booked(priya, bob)
    start = datetime.now(UTC) + timedelta(minutes=5)
    Booking.objects.filter(pk=booking.pk).update(during=(start, start + timedelta(minutes=25)))
    page = browser_page(user=bob)
    page.goto(f"/sessions/{booking.uuid}/")

    expect(page.locator("[data-part=to-call]").first).to_be_visible()
    assert problems(page, "session-open") == []


def test_page_of_a_time_that_was_just_taken(browser_page, priya, bob, booked):
    page = browser_page()
    page.goto("/mentors/priya-raghunathan/?q=Should+I+stay")
    chosen = page.locator("label.slot--radio").last
    chosen.click()
    start = datetime.strptime(chosen.locator("input").get_attribute("value"), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    booked(priya, bob, start=start)

    page.get_by_role("button", name="Book this time").click()

    expect(page.get_by_role("alert").first).to_contain_text("taken")
    assert problems(page, "mentor-taken") == []
