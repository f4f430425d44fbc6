"""How a programme looks: colours that can be read, a logo that is ours to show, sites that may show its box."""

from io import BytesIO
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from PIL import Image

from programmes.changes import copy_programme
from programmes.colours import DAY_GROUNDS, INK, NIGHT_GROUNDS, WHITE, day_shade, is_marigold, night_shade
from programmes.looks import LARGEST_LOGO, look_mark, look_of, read_origins, style_key
from programmes.models import Look
from tests.common.test_contrast import SHAPE, TEXT, contrast, tokens
from tests.conftest import NOW
from tests.markup import elements_in, elements_of, markup_of
from tests.mentors.pictures import picture, upload
from tests.programmes.making import make_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
RANDOM = Random(80)
COLOURS = ["#000000", "#ffffff", "#7f7f7f", *(f"#{RANDOM.randrange(2**24):06x}" for _ in range(1000))]


def test_both_shades_of_any_colour_are_read_and_seen():
    for colour in COLOURS:
        for shade, grounds in ((day_shade(colour), DAY_GROUNDS), (night_shade(colour), NIGHT_GROUNDS)):
            assert shade.on_it in (WHITE, INK)
            assert shade.text == pytest.approx(contrast(shade.colour, shade.on_it))
            assert shade.text >= TEXT
            assert shade.ground == pytest.approx(min(contrast(shade.colour, ground) for ground in grounds))
            assert shade.ground >= SHAPE


def test_colour_that_suits_stays_as_it_is():
    assert day_shade("#0b5563").colour == "#0b5563"
    assert night_shade("#86d3dc").colour == "#86d3dc"


def test_grounds_are_those_of_the_pages():
    assert [tuple(tokens()[name][theme].lower() for name in ("bg", "surface")) for theme in (0, 1)] == [
        DAY_GROUNDS,
        NIGHT_GROUNDS,
    ]


def test_marigold_stays_ours():
    assert [is_marigold(colour) for colour in ("#ffb81c", "#f7b030", "#0b5563", "#ff0000")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.fixture
def save(client_for, alice, programme):
    """Posts the form as its manager, with the mark of what they saw."""

    def post(**given):
        data = {"colour": "", "origins": "", "seen": look_mark(look_of(programme)), **given}
        return client_for(alice).post(reverse("programme_look", args=[programme.slug]), data)

    return post


def test_manager_chooses_colour_and_logo_and_pages_show_them(save, client_for, alice, programme):
    answer = save(
        colour="#0B5563", logo=upload(picture((2000, 900), "PNG", mode="RGBA", color=(0, 0, 0, 0)), "logo.png")
    )

    look = Look.objects.get(programme=programme)
    logo = Image.open(BytesIO(bytes(look.logo)))
    assert (answer.status_code, look.colour, logo.format) == (302, "#0b5563", "WEBP")
    assert (max(logo.size), logo.mode) == (LARGEST_LOGO, "RGB")
    address, token = reverse("programme", args=[programme.slug]), make_link(programme, alice)[1]
    for client, page in ((client_for(alice), address), (Client(), reverse("programme_join", args=[token]))):
        markup = markup_of(client.get(page))
        style = reverse("look_style", args=["0b5563", style_key("#0b5563")])
        [shown] = [one.attributes["src"] for one in elements_in(markup, "img", data_part="look")]
        assert style in [one.attributes["href"] for one in elements_of(markup, "link", rel="stylesheet")]
        assert shown == reverse("look_logo", args=[look.logo_key])
        assert Client().get(shown).content == bytes(look.logo)
        assert "#0b5563" in Client().get(style).text


def wrong_fields(answer, name: str):
    return elements_of(markup_of(answer), "", name=name, aria_invalid="true")


@pytest.mark.parametrize("colour", ["0b5563", "#0b556", "#0b5563ff", "red", "#ggg000", "#ffb81c"])
def test_colour_that_cannot_be_is_refused_beside_its_field(save, colour):
    answer = save(colour=colour, origins="https://kept.example")

    markup = markup_of(answer)
    assert (answer.status_code, Look.objects.count()) == (422, 0)
    assert [one.attributes["value"] for one in wrong_fields(answer, "colour")] == [colour]
    assert [one.text for one in elements_of(markup, "textarea", name="origins")] == ["https://kept.example"]


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", picture()[:200], picture((8000, 8000), "PNG")]
)
def test_logo_that_is_no_picture_of_ours_is_refused(save, content):
    answer = save(colour="#0b5563", logo=upload(content, "logo.png"))

    assert (answer.status_code, Look.objects.count()) == (422, 0)
    assert wrong_fields(answer, "logo")


def test_logo_is_removed_and_colour_given_up(save, programme):
    save(colour="#0b5563", logo=upload(picture(), "logo.jpg"))

    save(remove_logo="on")

    look = Look.objects.get(programme=programme)
    assert (look.colour, bytes(look.logo), look.logo_key) == ("", b"", "")


def test_who_saw_an_older_look_changes_nothing(save, programme):
    seen = look_mark(look_of(programme))
    save(colour="#0b5563")

    assert save(colour="#336699", seen=seen).status_code == 409
    assert Look.objects.get(programme=programme).colour == "#0b5563"


def test_copy_looks_the_same(save, alice, programme):
    save(colour="#0b5563", logo=upload(picture(), "logo.jpg"), origins="https://www.example.org")

    made = copy_programme(programme=programme, by=alice, now=NOW)

    first, second = Look.objects.filter(programme__in=[programme, made]).values("colour", "logo_key", "logo", "origins")
    assert first == second


@pytest.mark.parametrize("address", ["/looks/336699-0000000000000000.css", "/looks/zzzzzz-00.css", "/looks/00.webp"])
def test_files_of_no_look_are_not_there(address):
    assert Client().get(address).status_code == 404


def test_origins_are_read_as_browsers_compare_them():
    text = "https://WWW.Example.org/\nhttps://example.org:8443\n\nhttps://example.org:443\nhttps://bücher.example"

    assert read_origins(text) == (
        "https://www.example.org",
        "https://example.org:8443",
        "https://example.org",
        "https://xn--bcher-kva.example",
    )


@pytest.mark.parametrize(
    "line",
    [
        "http://example.org", "https://example.org/path", "https://*.example.org", "*", "https://192.0.2.1",
        "https://[2001:db8::1]", "https://example", "https://me@example.org", "example.org", "https://example.org?x=1",
        "https://example.org#x", "https://example.org:0", "https://example.org:99999", "https://a;b.example",
        "https://example.org 'unsafe-inline'", "https://0x7f.1", "https://" + "a" * 63 + "." + "b" * 63 + ".example",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(line):
    with pytest.raises(ValidationError) as refused:
        read_origins(f"https://example.org\n{line}")

    assert refused.value.code == "bad_origin"


def test_at_most_twenty_sites(save):
    lines = "\n".join(f"https://site{number}.example" for number in range(21))

    answer = save(origins=lines)

    assert (answer.status_code, Look.objects.count()) == (422, 0)
    assert wrong_fields(answer, "origins")
