"""Certificates of hours: what they say, who may have them, and the file read back by another library."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader

from sessions_app.impact.certificate_pdf import can_draw, certificate_pdf
from sessions_app.impact.certificates import AT_MOST, issue_certificate
from sessions_app.models import Certificate
from tests.markup import elements_of, links_in, markup_of, problems_in, refusals_in
from tests.sessions_app.helpers.followups import DAY, END, code_of
from tests.sessions_app.helpers.pages import text_of
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db
LATER = END + DAY
YEAR = {"first_day": date(2026, 1, 1), "last_day": date(2026, 11, 27)}
PAGE = "/mentor/certificates/"


@pytest.fixture
def certificate(over, alice):
    return issue_certificate(mentor=alice, now=LATER, **YEAR)


@pytest.fixture
def alices(alice, client_for):
    with time_machine.travel(LATER, tick=False):
        yield client_for(alice)


def words_of(certificate: Certificate) -> str:
    return " ".join(PdfReader(BytesIO(certificate_pdf(certificate))).pages[0].extract_text().split())


def test_certificate_says_what_was_given(certificate, settings):
    assert words_of(certificate) == (
        "Quarterhour Certificate of hours Alice Adair gave, as a mentor, 25 minutes in 1 session "
        "between 1 January 2026 and 27 November 2026 Issued on 27 November 2026 "
        f"Code: {certificate.code} {settings.SITE_URL}/certificates/{certificate.code}/ "
        "The page at this address says whether this certificate is genuine."
    )


def test_file_has_a_title_a_language_a_link_and_its_fonts(certificate, settings):
    file = PdfReader(BytesIO(certificate_pdf(certificate)))
    page, catalog = file.pages[0], file.trailer["/Root"]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]

    assert (file.metadata.title, file.metadata.author) == ("Certificate of hours: Alice Adair", "Quarterhour")
    assert (catalog["/Lang"], catalog["/ViewerPreferences"]["/DisplayDocTitle"]) == ("en", True)
    assert page["/Annots"][0].get_object()["/A"]["/URI"].endswith(f"/certificates/{certificate.code}/")
    assert {font["/BaseFont"].partition("+")[2] for font in fonts} >= {
        "SourceSerifPro-Regular",
        "SourceSerifPro-Bold",
    }


@pytest.mark.parametrize(
    "name", ["Zoë Łukasiewicz-Ğüneş", "Nguyễn Thị Hương", "Ольга Петрова", "Αθηνά Νικολάου", "X" * 80]
)
def test_names_in_our_letters_are_drawn(certificate, name):
    certificate.name = name

    assert name in words_of(certificate)


@pytest.mark.parametrize("name", ["王小明", "प्रिया", "محمد علي", "דנה", "Ana 👩‍🔬", "김민준"])
def test_names_in_other_letters_are_left_to_the_check_page_and_the_title(certificate, name):
    certificate.name = name

    file = PdfReader(BytesIO(certificate_pdf(certificate)))

    assert not can_draw(name)
    assert name not in file.pages[0].extract_text()
    assert file.metadata.title.endswith(f": {name}")


def test_the_same_words_are_the_same_certificate(certificate, alice):
    again = issue_certificate(mentor=alice, now=LATER + DAY, **YEAR)
    alice.name = "Alice Other"
    other = issue_certificate(mentor=alice, now=LATER + DAY, **YEAR)

    assert (again, other == certificate) == (certificate, False)
    assert Certificate.objects.get(pk=certificate.pk).name == "Alice Adair"


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-11-27", "2026-11-26", "days"),
        ("2026-11-01", "2026-11-28", "days"),
        ("2026-11-01", "2026-11-25", "nothing_given"),
    ],
)
def test_days_that_make_no_certificate(over, alice, first, last, code):
    days = {"first_day": date.fromisoformat(first), "last_day": date.fromisoformat(last)}

    assert code_of(lambda: issue_certificate(mentor=alice, now=LATER, **days)) == code
    assert Certificate.objects.count() == 0


def test_a_certificate_needs_a_name_and_there_are_not_many(certificate, alice):
    fields = {"person": alice, "organisation": "Q", "sessions": 1, "minutes": 25, "issued_at": LATER, **YEAR}
    Certificate.objects.bulk_create(Certificate(name=str(number), **fields) for number in range(AT_MOST - 1))
    days = {"first_day": date(2026, 11, 26), "last_day": date(2026, 11, 26)}

    assert code_of(lambda: issue_certificate(mentor=alice, now=LATER, **days)) == "too_many"
    alice.name = ""
    assert code_of(lambda: issue_certificate(mentor=alice, now=LATER, **YEAR)) == "no_name"


def test_page_makes_one_for_this_year_and_hands_it_out(over, alices):
    shown = alices.get(PAGE).content.decode()
    made = alices.post(PAGE, {"first_day": "2026-01-01", "last_day": "2026-11-27"}, follow=True)
    file = alices.get(f"{PAGE}{Certificate.objects.get().code}/")

    assert ('value="2026-01-01"' in shown, 'value="2026-11-27"' in shown) == (True, True)
    assert f"{PAGE}{Certificate.objects.get().code}/" in links_in(markup_of(made))
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == 'attachment; filename="certificate-2026-01-01-2026-11-27.pdf"'
    assert file.content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("data", "status", "wrong"),
    [
        ({"first_day": "", "last_day": "x"}, 422, ["id_first_day", "id_last_day"]),
        ({"first_day": "2026-11-02", "last_day": "2026-11-01"}, 422, ["id_last_day"]),
        ({"first_day": "2026-11-01", "last_day": "2027-01-01"}, 422, ["id_last_day"]),
        ({"first_day": "2026-11-01", "last_day": "2026-11-02"}, 409, ["nothing_given"]),
    ],
)
def test_page_says_what_is_wrong_and_keeps_what_was_typed(over, alices, data, status, wrong):
    response = alices.post(PAGE, data)

    page = markup_of(response)
    assert (response.status_code, refusals_in(page) or problems_in(page)) == (status, wrong)
    assert f'value="{data["last_day"]}"' in response.content.decode()
    assert Certificate.objects.count() == 0


def test_check_page_says_what_the_certificate_says_until_it_is_taken_back(certificate, alice, alices, client):
    address = f"/certificates/{certificate.code}/"
    alice.name = "Somebody Else"
    alice.save()

    page = client.get(address.upper().replace("CERTIFICATES", "certificates"))
    alices.post(PAGE, {"withdraw": certificate.code})

    [card] = elements_of(markup_of(page), "div", class_="panel stack gap-3")
    assert [words in card.text for words in ("Alice Adair", "25", "1 January 2026", certificate.code)] == [True] * 4
    assert ("Somebody Else" in text_of(page), page["X-Robots-Tag"]) == (False, "noindex")
    assert client.get(address).status_code == 404


def test_nobody_takes_back_what_is_somebody_elses(certificate, bob, client_for):
    client_for(bob).post(PAGE, {"withdraw": certificate.code})

    assert Certificate.objects.count() == 1


def test_codes_are_long_and_of_letters_that_nobody_confuses(certificate):
    assert [len(group) for group in certificate.code.split("-")] == [5, 5, 5, 5]
    assert not set(certificate.code) & set("01lio")


@pytest.mark.django_db(transaction=True)
def test_many_asking_for_the_same_at_once_get_the_same_one(over, alice):
    outcomes = race([lambda: issue_certificate(mentor=alice, now=LATER, **YEAR)] * 6)

    assert (outcomes, Certificate.objects.count()) == ({"won": 6}, 1)
