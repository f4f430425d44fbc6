"""Which column of a list holds addresses, names, sides and units, found by its heading in several languages."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from common.texts import fold


class Field(StrEnum):
    ADDRESS = "address"
    NAME = "name"
    SIDES = "sides"
    UNIT = "unit"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


# As `fold` writes them: in small letters, without accents. English, German, Spanish, French.
HEADINGS: Mapping[Field, frozenset[str]] = {
    Field.ADDRESS: _words(
        "email|e-mail|mail|email address|e-mail address|mail address|address|e-mail-adresse|emailadresse|mailadresse"
        "|adresse|correo|correo electronico|direccion|direccion de correo|courriel|adresse e-mail|adresse mail"
        "|adresse email|adresse electronique"
    ),
    Field.NAME: _words(
        "name|full name|display name|person|vor- und nachname|vollstandiger name|nombre|nombre completo"
        "|nombre y apellidos|nom|nom complet|prenom et nom"
    ),
    Field.SIDES: _words("sides|side|role|roles|does|rolle|rollen|rol|papel|role dans le programme|funcion|fonction"),
    Field.UNIT: _words(
        "unit|department|team|division|faculty|einheit|abteilung|bereich|fakultat|unidad|departamento|equipo|facultad"
        "|unite|departement|service|equipe|faculte"
    ),
}
# What a cell in the column of sides may say of each side. “Mentores” isn't there: Spanish for mentors, and as it is
# folded French for mentees.
GIVES = _words("mentor|mentors|mentorin|mentora|mentoras|mentoren|mentorinnen|gives")
ASKS = _words("mentee|mentees|mentorado|mentorada|mentorados|mentoradas|asks")
BOTH = _words("both|beide|beides|ambos|ambas|les deux")


def unique_headings(cells: Sequence[str]) -> list[str]:
    """As they stand in the file; one that is empty is named by its number, one that is there again gets one."""
    made: list[str] = []
    for number, cell in enumerate(cells, start=1):
        heading = cell or f"#{number}"
        made.append(f"{heading} (#{number})" if heading in made else heading)
    return made


def match_columns(headings: Sequence[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """The heading for each field that has one. `remembered`: what was chosen for this programme's last list."""
    found = {}
    for field, words in HEADINGS.items():
        known = remembered.get(field, "")
        if known in headings:
            found[field.value] = known
        elif matching := [heading for heading in headings if fold(heading).strip(" :*") in words]:
            found[field.value] = matching[0]
    return found


def read_sides(text: str) -> tuple[bool, bool] | None:
    """Whether this says “mentor” and “mentee”; None for words that are neither."""
    words = [fold(word).strip() for word in text.replace("+", ",").replace("/", ",").replace(";", ",").split(",")]
    gives = asks = False
    for word in filter(None, words):
        if word not in GIVES | ASKS | BOTH:
            return None
        gives |= word in GIVES | BOTH
        asks |= word in ASKS | BOTH
    return gives, asks
