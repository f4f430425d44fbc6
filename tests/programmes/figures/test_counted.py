"""Each figure against one that is counted row by row, over random worlds; and that page and files say the same."""

import csv
import io
from collections import Counter
from random import Random

import pytest
from django.http import HttpResponse
from django.urls import reverse
from python_calamine import load_workbook

from programmes.models import Membership, MembershipState, Programme
from search.figures.defined import FIGURES
from search.figures.facts import Facts, Step
from search.figures.hiding import FEWEST
from search.figures.periods import list_periods
from search.figures.report import read_report
from search.views.figures import FILES
from tests.conftest import NOW
from tests.markup import elements_of, markup_of
from tests.programmes.figures.worlds import World, slow_questions, slow_time_given

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SEEDS = range(6)


def figures_page(programme: Programme, query: str = "") -> str:
    return reverse("programme_figures", args=[programme.slug]) + query


@pytest.fixture(params=SEEDS)
def world(request, programme, other) -> World:
    return World(Random(request.param), programme, other)


def test_facts_are_those_that_are_counted_row_by_row(world):
    for programme in (world.mine, world.other):
        for period in list_periods(programme.made_at, NOW):
            facts = Facts(programme, period, now=NOW)
            questions = sorted(
                (one.person, one.step.name.lower(), one.span.seconds, one.is_helped) for one in facts.questions
            )
            asked, minutes, people = slow_time_given(programme, period)
            given = [one for one in facts.sessions if one.took_place]

            assert questions == slow_questions(programme, period)
            assert Counter(one.start.astimezone(facts.zone).strftime("%w %H") for one in facts.sessions) == asked
            assert (sum(one.minutes for one in given), {one.mentee for one in given}) == (minutes, people)


def test_what_is_told_is_what_was_counted(world):
    """Every number that is told, from the rows; what is hidden is so for a reason that `test_pure` proves."""
    [latest, *_] = list_periods(world.mine.made_at, NOW)
    report = read_report(world.mine, None, now=NOW)
    questions = slow_questions(world.mine, latest)
    reach = {step.name.lower(): step for step in Step}
    funnel = {row.code: row for row in report.rows_of("funnel")}
    for code, row in funnel.items():
        of = [one for one in questions if reach[one[1]] >= reach[code]]
        assert row.value in (None, len(of))
        assert row.value is None or len({one[0] for one in of}) >= FEWEST
    _asked, minutes, people = slow_time_given(world.mine, latest)
    told = {row.code: row.value for row in report.rows_of("given")}
    assert told["minutes"] == (minutes if len(people) >= FEWEST else None)
    [share] = report.rows_of("solved")
    assert (share.value is None) or (share.of, share.low <= share.value <= share.high) == (
        funnel["answered"].value,
        True,
    )
    live = Membership.objects.filter(programme=world.mine, state=MembershipState.LIVE)
    assert [row.value for row in report.rows_of("members")] == [
        live.count(),
        live.filter(gives=True).count(),
        live.filter(asks=True).count(),
    ]


def test_the_page_and_the_file_say_the_same(world, client_for, alice):
    client = client_for(alice)
    for number in (1, 2):
        report = read_report(world.mine, number, now=NOW)
        page = markup_of(client.get(figures_page(world.mine, f"?period={number}")))
        answer = client.get(figures_page(world.mine, f"?period={number}&as=csv"))
        assert "sandbox" in answer["Content-Security-Policy"]
        file = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert_workbook_is(file, client.get(figures_page(world.mine, f"?period={number}&as=xlsx")))
        shown = [one.text for one in elements_of(page, "tr") if "data-row" in one.attributes]
        cells = [one.text for one in elements_of(page, "td") if "data-cell" in one.attributes]
        rows = [row for one in report.counted for row in one.rows]
        listed = [row for row in rows if row.weekday is None]

        assert [row["value"] for row in file] == ["" if row.value is None else str(row.value) for row in rows]
        assert [one["hidden"] for one in file] == [row.hidden or "" for row in rows]
        assert len(shown) == len(listed)
        assert [words for words, row in zip(shown, listed, strict=True) if row.text not in words] == []
        assert Counter(words.removeprefix("< 5").strip() for words in cells) == Counter(
            row.text for row in rows if row.weekday is not None
        )


def assert_workbook_is(file: list[dict[str, str]], answer: HttpResponse) -> None:
    assert "sandbox" in answer["Content-Security-Policy"]
    sheet = load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0)
    heads, *rows = sheet.to_python()
    cells = [["" if cell == "" else f"{cell:g}" if isinstance(cell, float) else cell for cell in row] for row in rows]
    assert heads == list(file[0])
    assert cells == [list(row.values()) for row in file]


def test_without_the_library_there_is_no_workbook(programme, other, client_for, alice, monkeypatch):
    World(Random(0), programme, other, asking=0)
    client, page = client_for(alice), figures_page(programme)
    assert "as=xlsx" in client.get(page).content.decode()
    monkeypatch.delitem(FILES, "xlsx")

    assert "as=xlsx" not in client.get(page).content.decode()
    assert client.get(f"{page}?as=xlsx")["Content-Type"].startswith("text/html")


def test_programs_are_told_the_same(world, client_for, alice):
    for number in (1, 2):
        report = read_report(world.mine, number, now=NOW)
        told = client_for(alice).get(f"/api/v1/programmes/{world.mine.slug}/figures/?period={number}").json()

        assert told["period"]["number"] == number
        assert [
            (one["code"], row["code"], row["value"], row["of"], row["low"], row["high"], row["hidden"])
            for one in told["figures"]
            for row in one["rows"]
        ] == [
            (one.figure.code, row.code, row.value, row.of, row.low, row.high, row.hidden)
            for one in report.counted
            for row in one.rows
        ]


def test_programs_hear_of_ones_own_programmes_only(programme, other, client_for, alice):
    client = client_for(alice)

    assert [one["slug"] for one in client.get("/api/v1/programmes/").json()] == [programme.slug]
    assert client.get(f"/api/v1/programmes/{other.slug}/figures/").status_code == 404
    assert client.get(f"/api/v1/programmes/{programme.slug}/figures/?period=7").status_code == 404
    assert client.get(f"/api/v1/programmes/{programme.slug}/figures/").json()["figures"] == []


def test_nothing_is_told_before_the_first_week_is_over(programme, client_for, alice):
    assert read_report(programme, None, now=NOW).counted == ()
    assert client_for(alice).get(figures_page(programme)).status_code == 200


@pytest.mark.parametrize("query", ["?period=0", "?period=3", "?period=x", "?period=99999", "?period=-1"])
def test_a_period_that_is_not_there_is_not_found(programme, other, client_for, alice, query):
    World(Random(0), programme, other, asking=0)

    assert client_for(alice).get(figures_page(programme, query)).status_code == 404


def test_statements_do_not_grow_with_what_there_is(programme, other, client_for, alice, django_assert_max_num_queries):
    World(Random(1), programme, other)
    client = client_for(alice)
    client.get(figures_page(programme))

    with django_assert_max_num_queries(40):
        client.get(figures_page(programme))


def test_each_figure_has_its_definition():
    assert all(str(one.name) and str(one.sentence).endswith(".") for one in FIGURES)
    assert len({one.code for one in FIGURES}) == len(FIGURES)
