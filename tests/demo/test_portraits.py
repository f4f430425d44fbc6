from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from demo.portraits.features import Features, blend, choose_features, portrait_data
from demo.portraits.picture import PIXELS, bend_curve, draw_picture, trace_outlines
from mentors.models import PORTRAIT, THUMBNAIL, MentorProfile, ProfileDraft
from mentors.moderation.drafts import file_name

KEYS = [f"person-{number}" for number in range(40)]
SMALL = 12_000


def faces(culture: str, *, is_woman: bool) -> list[Features]:
    return [choose_features(key, culture=culture, is_woman=is_woman) for key in KEYS]


def shapes_of(features: list[Features]) -> set[str]:
    return {shape for face in features for shape in face.shapes}


def test_portrait_is_the_same_for_the_same_person_and_another_for_others():
    first, again, other = (
        draw_picture(choose_features(key, culture="german", is_woman=True)) for key in ("ada", "ada", "eva")
    )

    assert first == again
    assert first != other
    with Image.open(BytesIO(first)) as image:
        assert (image.format, image.size) == ("PNG", (PIXELS, PIXELS))


@pytest.mark.parametrize("culture", portrait_data()["looks"])
def test_portrait_has_a_face_and_a_colour_for_each_of_its_shapes(culture):
    known = portrait_data()["shapes"]
    for features in (*faces(culture, is_woman=True), *faces(culture, is_woman=False)):
        assert {"neck", "body", "nose", "brows"} < set(features.shapes)
        assert {part.split()[0] for part in features.shapes} >= {"face", "eyes", "mouth", "clothes"}
        named = {layer[0] for shape in features.shapes for layer in known[shape]}
        assert named <= set(features.colours)


def test_portraits_use_every_shape_that_was_drawn():
    cultures = portrait_data()["looks"]
    used = {
        shape for culture in cultures for woman in (True, False) for shape in shapes_of(faces(culture, is_woman=woman))
    }

    assert used == set(portrait_data()["shapes"])


def test_beards_and_turbans_are_for_men_and_scarves_for_women():
    women = [shapes_of(faces(culture, is_woman=True)) for culture in ("pakistani", "yoruba")]
    men = shapes_of(faces("north_indian", is_woman=False))

    for shapes in women:
        assert not any(shape.startswith(("beard", "turban")) for shape in shapes)
    assert "turban" in men
    assert not men & {"hijab", "wrap", "earrings"}


def test_a_scarf_leaves_no_hair_and_no_ears():
    covered = [face.shapes for face in faces("arabic", is_woman=True) if "hijab" in face.shapes]

    assert covered
    for shapes in covered:
        assert "ears" not in shapes
        assert not any(shape.startswith("hair") for shape in shapes)


def test_outlines_follow_the_path_and_close():
    corner, opposite = trace_outlines("M6 6L90 6L90 90Z")[0][0], trace_outlines("M6 6L90 90")[0][1]

    assert (corner, opposite) == ((0, 0), (PIXELS, PIXELS))
    assert trace_outlines("M6 6L90 6L90 90Z")[0][-1] == corner
    assert len(trace_outlines("M6 6L8 8M10 10L12 12")) == 2


def test_a_curve_ends_where_it_is_told_and_bends_half_way():
    points = bend_curve((0, 0), (0, 8), (8, 8), (8, 0))

    assert points[-1] == (8, 0)
    assert points[len(points) // 2 - 1] == (4, 6)


def test_blend_mixes_two_colours():
    assert [blend("#000000", "#ff8000", share) for share in (0, 0.5, 1)] == ["#000000", "#804000", "#ff8000"]


def test_seed_sends_portraits_through_the_photo_pipeline(seed, client):
    seed("--portraits", "14")

    drawn = MentorProfile.objects.public().exclude(photo="")
    assert drawn.count() == 12
    shown = MentorProfile.objects.seen_by(None).filter(pk__in=drawn)
    assert shown.count() == 11  # one is seen by members of a programme only
    for profile in shown:
        for size in (PORTRAIT, THUMBNAIL):
            answer = client.get(reverse("mentor_photo", args=[profile.slug, *photo_address(profile, size)]))
            content = b"".join(answer.streaming_content)
            with Image.open(BytesIO(content)) as image:
                assert (image.format, image.size) == ("WEBP", (size, size))
            assert len(content) < SMALL


def photo_address(profile: MentorProfile, size: int) -> tuple[str, int]:
    return profile.photo.name.removeprefix("photos/").removesuffix(".webp"), size


def test_seed_draws_no_more_portraits_than_asked(seed):
    seed("--portraits", "3")

    drawn = MentorProfile.objects.exclude(photo="").order_by("pk").values_list("slug", flat=True)
    assert list(drawn[:2]) == ["priya-raghunathan", "tomas-herrera"]
    assert len(drawn) == 3


def test_seed_gives_an_applicant_a_face_for_staff_to_check(seed):
    seed("--portraits", "13")

    assert ProfileDraft.objects.get(profile__person__email="jonas@demo.example").photo.name
    assert MentorProfile.objects.get(person__email="jonas@demo.example").photo.name == ""


def test_seed_reset_deletes_the_portraits(seed, django_capture_on_commit_callbacks):
    seed("--portraits", "2")
    names = list(MentorProfile.objects.exclude(photo="").values_list("photo", flat=True))

    with django_capture_on_commit_callbacks(execute=True):
        seed("--reset", "--portraits", "0")

    kept = [name for name in names for size in (PORTRAIT, THUMBNAIL) if default_storage.exists(file_name(name, size))]
    assert (len(names), kept) == (2, [])
