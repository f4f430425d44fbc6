"""Some of the invented mentors answer in writing too, Tomás among them."""

from mentors.models import Format, Length, MentorProfile, Offer

from .people import DOMAIN

ONE_IN = 4
TITLE = "Ask me in writing"


def write_in_writing() -> None:
    approved = MentorProfile.objects.seen_by(None).filter(person__email__endswith=f"@{DOMAIN}")
    chosen = approved.order_by("pk").values_list("pk", flat=True)[1::ONE_IN]
    Offer.objects.bulk_create(
        [
            Offer(profile_id=profile, title=TITLE, length=Length.MIN_15, format=Format.WRITING, position=9)
            for profile in chosen
        ],
        batch_size=1000,
    )
