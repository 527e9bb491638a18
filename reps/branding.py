"""How the company is called and looks, as pages and mails show it."""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from reps import colours, pictures
from reps.models import Installation

OURS = "Fairlead"
OUR_COLOUR = "#3b5bdb"


@dataclass(frozen=True, slots=True)
class Brand:
    """Name and addresses; an address is empty where there is nothing of their own."""

    name: str = OURS
    style_url: str = ""
    logo_url: str = ""
    colour: str = OUR_COLOUR  # readable on white, for mails

    @property
    def own(self) -> bool:
        """Whether it is called otherwise than the product."""
        return self.name != OURS


def brand() -> Brand:
    """As it is now: one query."""
    row = Installation.objects.filter(pk=Installation.THE).values_list("company", "colour", "logo_digest").first()
    return of(*row) if row else Brand()


def of(company: str, colour: str, logo_digest: str) -> Brand:
    """Of what is kept."""
    accent = colours.read(colour) if colour else None
    return Brand(
        company or OURS,
        reverse("brand-style", args=[colour.removeprefix("#")]) if colour else "",
        reverse("brand-logo", args=[logo_digest]) if logo_digest else "",
        colours.written(colours.light(accent).fill) if accent else OUR_COLOUR,
    )


@transaction.atomic
def set_logo(*, picture: pictures.Picture, name: str) -> None:
    """Put it in the place of the one before."""
    digest = hashlib.sha256(picture.body).hexdigest()
    Installation.objects.get_or_create(pk=Installation.THE)
    Installation.objects.filter(pk=Installation.THE).update(
        logo=picture.body, logo_type=picture.type, logo_digest=digest, logo_name=f"{name[:80]} ({digest[:6]})"
    )


def remove_logo() -> None:
    """Our mark again."""
    Installation.objects.filter(pk=Installation.THE).update(logo=None, logo_type="", logo_digest="", logo_name="")
