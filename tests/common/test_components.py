"""The components: what markup each makes of what it is given."""

import re
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import available_timezones

import pytest
from django import forms
from django.core.paginator import Paginator
from django.forms import formset_factory
from django.forms.renderers import DjangoTemplates
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone
from django.utils.safestring import SafeString

from common.forms import ChipRadio, FormRenderer
from common.templatetags.times import Reader, SlotChoice, _draw_slot_choice, draw_slot_choice
from common.templatetags.ui import BAR_HEIGHT, HUES, MOST_LANES, initials_of, rail_span
from common.times import in_zone
from tests.markup import elements_of

NOW = datetime(2026, 11, 24, 13, 46, tzinfo=UTC)
START = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)
READER = {"viewer_zone": "Europe/London", "viewer_hour12": False, "now": NOW}


def draw(source: str, **context) -> str:
    text = Template("{% load times ui %}" + source).render(Context(READER | {"start": START} | context))
    return re.sub(r"\s+", " ", text).strip()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


# Times


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% when start end %}", "Thursday 26 November, 14:30–14:55"),
        ("{% when start zone='Asia/Kolkata' short=True %}", "Thu 26 Nov, 20:00"),
        ("{% clock start end %}", "14:30–14:55"),
        ("{% day start %}", "Thursday 26 November"),
        ("{% day start relative=True %}", "Thursday 26 November"),
        ("{% soon start %}", "Thu 26 Nov, 14:30"),
    ],
)
def test_time_tag_prints_a_time_element_in_utc(source, expected):
    html = draw(source, end=START + timedelta(minutes=25))
    assert html == f'<time datetime="2026-11-26T14:30Z">{expected}</time>'


def test_when_follows_the_readers_clock_style():
    assert draw("{% when start %}", viewer_hour12=True) == (
        '<time datetime="2026-11-26T14:30Z">Thursday 26 November, 2:30 pm</time>'
    )


def test_theirs_marks_another_weekday_and_escapes_the_name():
    html = draw("{% theirs start 'Pacific/Auckland' name %}", name="<b>Al & Co</b>")
    assert html == (
        '<time datetime="2026-11-26T14:30Z">03:30</time> <b>Friday</b> for &lt;b&gt;Al &amp; Co&lt;/b&gt; in Auckland'
    )


@pytest.mark.parametrize(
    ("zone", "there"),
    [
        ("Europe/London", ""),
        ("Europe/Lisbon", ""),  # another name, and in November the same clock
        ("Europe/Stockholm", '<time datetime="2026-11-26T14:30Z">15:30–15:55</time> in Stockholm'),
        ("Pacific/Auckland", '<time datetime="2026-11-26T14:30Z">03:30–03:55</time> <b>Friday</b> in Auckland'),
    ],
)
def test_clock_where_something_takes_place_is_shown_if_it_differs(zone, there):
    assert draw("{% theirs_if_other start end zone %}", end=START + timedelta(minutes=25), zone=zone) == there


def test_both_clocks_place_each_marker_on_its_own_day():
    html = draw("{% both_clocks start end 'Asia/Seoul' 'Daniel' %}", end=START + timedelta(minutes=45))
    assert re.findall(r'<rect x="(\d+)" y="-3" width="(\d+)"', html) == [("870", "45"), ("1410", "30")]
    assert words(html) == "You, London (GMT) 14:30–15:15 Daniel, Seoul (KST), night 23:30–00:15"


def test_ago_keeps_the_absolute_time_as_its_title():
    assert draw("{% ago moment %}", moment=NOW - timedelta(hours=9)) == (
        '<time datetime="2026-11-24T04:46Z" title="Tuesday 24 November, 04:46">9 hours ago</time>'
    )


def test_a_length_leaves_no_space_before_a_comma():
    assert words(draw("{% duration 25 %}, Video call")) == "25 min, Video call"


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0.9, "54 min ago"), (1, "1 hour ago"), (23.4, "23 hours ago"), (23.5, "1 day ago"), (46, "2 days ago")],
)
def test_ago_counts_to_the_nearest_day_from_a_day_on(hours, text):
    assert words(draw("{% ago moment %}", moment=NOW - timedelta(hours=hours))) == text


# Drawings


@pytest.mark.parametrize(("minutes", "css"), [(15, 15), (45, 45), (17, 15), (1, 5), (90, 60)])
def test_dur_uses_the_nearest_drawn_slice(minutes, css):
    assert draw("{% dur minutes %}", minutes=minutes) == f'<span class="dur dur--{css}" aria-hidden="true"></span>'


def test_dial_draws_the_minutes_that_a_session_takes_of_its_hour():
    html = draw("{% dial length=25 from_minute=30 hand=15 %}")
    assert re.findall(r'stroke-dasharray="25 35" stroke-dashoffset="(-?\d+)"', html) == ["-30", "-30"]
    assert 'x1="100.0" y1="100.0" x2="186.0" y2="100.0"' in html


def test_dial_without_a_hand_has_none():
    assert "d-hand" not in draw("{% dial hand=-1 %}")


def test_icon_is_hidden_from_screen_readers():
    html = draw("{% icon 'chevron-left' flip=True %}")
    assert re.findall(r'(class|aria-hidden|stroke-width|focusable)="([^"]*)"', html.split(">")[0]) == [
        ("stroke-width", "1.8"),
        ("class", "i i--flip"),
        ("aria-hidden", "true"),
        ("focusable", "false"),
    ]


def test_daybar_and_rail_measure_in_minutes_of_the_day():
    assert re.findall(r'<rect x="(\d+)" y="0" width="(\d+)"', draw("{% daybar spans %}", spans=[(540, 600)])) == [
        ("540", "60")
    ]
    html = draw("{% day_rail %}", rail=[(NOW, NOW + timedelta(minutes=25))])
    assert re.findall(r'<rect class="rail__at" x="(\d+)" y="5" width="(\d+)"', html) == [("826", "25")]
    assert re.findall(r'x1="(\d+)"', html) == ["826"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-23 23:50", {"x": 0, "width": 15}),
        ("2026-11-24 23:50", {"x": 1430, "width": 10}),
        ("2026-11-23 10:00", {"x": 0, "width": -815}),
    ],
    ids=["over last midnight", "over next midnight", "yesterday"],
)
def test_rail_span_is_cut_to_today(start, expected):
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC)
    midnight = in_zone(NOW, "Europe/London").replace(hour=0, minute=0)
    assert rail_span(moment, moment + timedelta(minutes=25), "Europe/London", midnight) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Sam Whitlock", "SW"), ("Zoë", "Z"), ("Ana de la Cruz", "AC"), ("", ""), ("  ", ""), ("łukasz żak", "ŁŻ")],
)
def test_initials_are_of_the_first_and_last_word(name, expected):
    assert initials_of(name) == expected


def test_avatar_shows_the_photo_or_coloured_initials():
    assert draw("{% avatar name='Sam W' key=6 size='lg' %}") == (
        '<span class="avatar avatar--lg avatar--3" aria-hidden="true">SW</span>'
    )
    assert draw("{% avatar name='Sam W' photo='/p/1.webp' size='sm' %}") == (
        '<span class="avatar avatar--sm"><img src="/p/1.webp" alt="" width="36" height="36"></span>'
    )


def test_bars_mark_the_highest_and_keep_the_numbers_in_a_table():
    html = draw("{% bars 'Sessions' items %}", items=[("Mon", 2), ("Tue", 4)])
    assert re.findall(r'height="([\d.]+)em"', html) == ["3.70", "7.40"]
    assert html.count('class="hi"') == 1
    assert re.findall(r'<th scope="row">(\w+)</th><td>(\d+)</td>', html) == [("Mon", "2"), ("Tue", "4")]


def test_bars_of_nothing_are_flat():
    html = draw("{% bars 'Sessions' items %}", items=[("Mon", 0)])
    assert re.findall(r'height="([\d.]+)em"', html) == ["0.00"]
    assert 'class="hi"' not in html


# Words in boxes


def test_note_carries_its_role_and_asks_for_focus():
    html = draw("{% note 'warn' role='alert' focus=True %}<p>{{ text }}</p>{% endnote %}", text="<14:30> is taken")
    assert html.startswith('<div class="note note--warn" role="alert" tabindex="-1" data-focus><svg ')
    assert html.endswith("</svg><div><p>&lt;14:30&gt; is taken</p></div></div>")


def test_blank_state_has_a_heading_of_the_level_asked_for():
    html = draw("{% blank title=title level=2 %}<p>Book one.</p>{% endblank %}", title="No <sessions> yet")
    assert html.endswith("<h2>No &lt;sessions&gt; yet</h2><p>Book one.</p></div>")


def test_tag_says_its_state_in_words():
    assert words(draw("{% tag 'ok' text icon='circle-check' %}", text="Confirmed & set")) == "Confirmed &amp; set"


def test_pager_keeps_the_query_and_marks_the_page():
    page = Paginator(range(100), 10).page(5)
    request = RequestFactory().get("/mentors/", {"q": "pay & level", "page": "5"})
    html = Template("{% include 'components/pager.html' %}").render(RequestContext(request, {"page": page}))
    assert re.findall(r'href="([^"]*)"', html) == [
        f"?q=pay+%26+level&amp;page={number}" for number in (4, 1, 4, 5, 6, 10, 6)
    ]
    assert [link.attributes["aria-label"] for link in elements_of(html, "a", aria_current="page")] == ["Page 5"]


def test_pager_of_one_page_is_nothing():
    assert draw("{% include 'components/pager.html' %}", page=Paginator([1], 10).page(1)) == ""


def test_slot_link_is_read_out_whole():
    html = draw("{% slot_link start '/x/' 'Priya' length=25 first=True %}")
    assert words(html) == "14:30 Thu , 25 minutes with Priya"
    assert html.startswith('<a class="slot slot--first" href="/x/"><time datetime="2026-11-26T14:30Z">')


def test_slot_radio_sends_the_instant_and_says_the_other_clock():
    html = draw(
        "{% slot_choice start end is_chosen=True their_zone='Asia/Kolkata' their_name='Priya' %}",
        end=START + timedelta(minutes=25),
    )
    (radio,) = elements_of(html, "input", type="radio", name="start", value="2026-11-26T14:30Z")
    assert {"checked", "required"} <= radio.attributes.keys()
    assert words(html).startswith("14:30 , 20:00 for Priya in Kolkata You, London (GMT) 14:30–14:55")


def test_slot_radio_shows_the_other_clock_where_it_differs():
    for zone, there in (("Asia/Kolkata", ["20:00"]), ("Asia/Tokyo", ["23:30"]), ("Europe/Lisbon", [])):
        html = draw(f"{{% slot_radio start None '{zone}' 'Priya' %}}")
        assert [one.text for one in elements_of(html, "small", data_part="theirs")] == there
    assert "theirs" not in draw("{% slot_radio start %}")


def test_hours_ahead_are_those_of_the_day_that_is_shown():
    """In the weeks in which New York's clocks have changed and London's have not, they are four hours apart."""
    now, march = (
        draw("{% hours_ahead 'America/New_York' at %}", at=at) for at in (None, datetime(2026, 3, 20, tzinfo=UTC))
    )
    assert (now, march) == ("5 hours behind", "4 hours behind")


def test_taken_slot_cannot_be_chosen():
    html = draw("{% slot_choice start start is_gone=True %}")
    assert (words(html), "input" in html) == ("14:30 , taken", False)


ZONES = ("Europe/London", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu", "UTC")
YEARS_END = datetime(2026, 12, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(20))
def test_a_time_is_drawn_for_each_reader_as_if_nobody_had_seen_it_before(seed):
    """What is remembered never differs from what would be drawn now: around a change of the year, in odd zones."""
    rng = Random(seed)
    names = [f"is_{name}" for name in ("chosen", "present", "gone", "own", "busy", "shown_only")]

    def make_slot() -> SlotChoice:
        start = YEARS_END + timedelta(minutes=30 * rng.randint(-40, 40))
        return SlotChoice(
            start,
            start + timedelta(minutes=25),
            their_zone=rng.choice(["", *ZONES]),
            their_name=rng.choice(["", "Priya", "<b>Al & Co</b>"]),
            below=rng.choice([SafeString(""), SafeString("<p>By noon</p>")]),
            **{name: rng.random() < 0.2 for name in names},
        )

    slots = [make_slot() for _count in range(10)]
    drawn = set()
    for _count in range(100):
        slot, moment = rng.choice(slots), YEARS_END + timedelta(seconds=rng.randint(-90_000, 90_000))
        who = Reader(rng.choice(ZONES), moment, rng.random() < 0.5)
        html = draw_slot_choice(slot, who)
        assert html == _draw_slot_choice.__wrapped__(slot, who, "en")
        drawn.add(html)
    assert len(drawn) > 20


def test_all_days_begin_with_a_quarter_of_an_hour():
    """`draw_slot_choice` remembers what it drew for so long."""
    now = timezone.now()
    for zone in available_timezones():
        for month in range(13):
            offset = in_zone(now + timedelta(days=30 * month), zone).utcoffset()
            assert offset % timedelta(minutes=15) == timedelta(), zone


# Forms


@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(attrs={"class": "input", "required": True}),
        forms.EmailInput(attrs={"autocomplete": "email", "disabled": False}),
        forms.HiddenInput(),
        forms.Textarea(attrs={"rows": 4, "data-x": '"<b>&', "maxlength": 500, "data-safe": SafeString("a&amp;b")}),
    ],
    ids=lambda widget: type(widget).__name__,
)
@pytest.mark.parametrize("value", [None, "", "Two\nlines", "\n first", '"<b>’&', SafeString("<i>"), 0, 1234.5, START])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_x", "aria-describedby": "x_helptext x_count", "aria-invalid": True}])
def test_the_plainest_controls_are_drawn_as_djangos_templates_draw_them(widget, value, attrs):
    renderer, context = FormRenderer(), widget.get_context("na<me", value, attrs)
    assert widget.template_name in renderer.drawn

    drawn = renderer.render(widget.template_name, context)
    assert drawn.strip() == DjangoTemplates.render(renderer, widget.template_name, context).strip()
    assert isinstance(drawn, SafeString)


class QuestionForm(forms.Form):
    question = forms.CharField(
        label="What do you want help with?",
        help_text="Priya reads this.",
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": "Write what you want help with"},
    )
    length = forms.ChoiceField(
        label="How long", choices=[("15", "15 min"), ("25", "25 min")], widget=ChipRadio, required=False
    )
    agree = forms.BooleanField(label="Show this without my name", required=False)
    note = forms.CharField(label="Note", required=False, widget=forms.TextInput(attrs={"class": "own"}))


def field(name: str, data: dict[str, str] | None = None) -> str:
    form = QuestionForm(data, auto_id="id_%s")
    return re.sub(r"\s+", " ", form[name].as_field_group()).strip()


def test_field_has_label_hint_control_and_count_tied_together():
    html = field("question")
    labels = elements_of(html, "label", for_="id_question")
    assert [label.text for label in labels] == ["What do you want help with?"]
    assert '<div class="hint" id="id_question_helptext">Priya reads this.</div>' in html
    assert 'aria-describedby="id_question_helptext id_question_count"' in html
    assert 'class="textarea"' in html
    assert words(html).endswith("0 of 500 characters")


def test_field_with_an_error_names_it_between_label_and_control():
    html = field("question", {"question": ""})
    assert html.startswith('<div class="field field--error">')
    assert html.index("</label>") < html.index('id="id_question_error"') < html.index("<textarea")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_question_helptext id_question_error id_question_count"' in html
    assert "Error: Write what you want help with" in words(html)


def test_field_counts_a_line_break_as_one_character():
    assert words(field("question", {"question": "a\r\nb"})).endswith("3 of 500 characters")


def test_field_keeps_what_was_typed_escaped():
    assert "&lt;script&gt;" in field("question", {"question": "<script>"})


def test_radios_are_chips_in_a_fieldset_with_a_legend():
    html = field("length", {"length": "25"})
    assert html.startswith('<fieldset class="field"')
    assert [legend.text for legend in elements_of(html, "legend", class_="label")] == ["How long (optional)"]
    assert html.count('<label class="chip"') == 2
    assert re.findall(r'value="25" id="(\w+)" checked', html) == ["id_length_1"]


def test_single_checkbox_stands_before_its_label():
    html = field("agree")
    (label,) = elements_of(html, "label", class_="check", for_="id_agree")
    (box,) = elements_of(html, "input", type="checkbox", name="agree", id="id_agree")
    assert label.start < box.start < label.end


def test_widget_keeps_its_own_class():
    assert 'class="own"' in field("note")


def test_options_mark_the_chosen_one_and_are_escaped():
    choices = [("a", "<b>A</b>"), ("b&", "B")]
    assert draw("{% options choices chosen %}", choices=choices, chosen="b&") == (
        '<option value="a">&lt;b&gt;A&lt;/b&gt;</option><option value="b&amp;" selected>B</option>'
    )
    assert "selected" not in draw("{% options choices %}", choices=choices)


def test_error_summary_links_each_error_to_its_field():
    form = QuestionForm({"question": "", "length": "7"}, auto_id="id_%s")
    form.full_clean()
    form.add_error(None, "14:30 has just been taken")
    html = draw("{% error_summary form %}", form=form)
    assert re.findall(r"<li>(?:<a href=\"#(\w+)\">)?([^<]*)", html) == [
        ("", "14:30 has just been taken"),
        ("id_question", "Write what you want help with"),
        ("id_length_0", "Select a valid choice. 7 is not one of the available choices."),
    ]
    assert 'role="alert" tabindex="-1" data-focus' in html


@pytest.mark.parametrize("form", [None, QuestionForm(), QuestionForm({"question": "Why?"})], ids=["no", "new", "right"])
def test_error_summary_is_empty_when_nothing_is_wrong(form):
    assert draw("{% error_summary form %}", form=form) == ""


def test_error_summary_reads_formsets():
    question_forms = formset_factory(QuestionForm)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-question": ""}
    html = draw("{% error_summary forms %}", forms=question_forms(data))
    assert re.findall(r'href="#([\w-]+)"', html) == ["id_form-0-question"]


def test_kinds_of_a_day_have_a_lane_and_a_colour_each():
    html = draw("{% daybar_lanes spans %}", spans=[(0, 60, 0), (30, 90, 7), (60, 90, 0)])

    assert re.findall(r'class="(\S+)" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', html) == [
        ("hue--0", "0", "0", "60", "8"),
        (f"hue--{7 % HUES}", "30", "8", "60", "8"),
        ("hue--0", "60", "0", "30", "8"),
    ]
    assert f"hue--{7 % HUES}" in draw("{% swatch 7 %}")


def test_many_kinds_of_a_day_can_still_be_seen():
    html = draw("{% daybar_lanes spans %}", spans=[(kind, kind + 60, kind) for kind in range(9)])

    assert {int(height) for height in re.findall(r'height="(\d+)"', html)} == {BAR_HEIGHT // MOST_LANES}
