"""How a programme looks, and where its box may stand."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from .programmes import Programme

LONGEST_ORIGIN = 120
# A site that may show the box: https, a name and perhaps a port
ORIGIN = r"^https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?$"


class Look(models.Model):
    """A programme without a row looks like all other pages.

    `colour`: what its managers chose, from which two shades are made; empty: ours. `logo`: a WebP picture, which is a
    few kilobytes large and so lies here; `logo_key` is a hash of it, by which its address names it.
    """

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="look")
    colour = models.CharField(max_length=7, blank=True, default="")
    logo = models.BinaryField(blank=True, default=b"")
    logo_key = models.CharField(max_length=64, blank=True, default="", db_index=True)
    origins = ArrayField(models.CharField(max_length=LONGEST_ORIGIN), blank=True, default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex="^#[0-9a-f]{6}$"), name="look_colour_is_of_six_digits"
            ),
            models.CheckConstraint(
                condition=Q(logo=b"", logo_key="") | (~Q(logo=b"") & ~Q(logo_key="")), name="look_logo_has_a_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.colour}"
