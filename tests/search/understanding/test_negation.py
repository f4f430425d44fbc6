import pytest

from search.understanding.negation import remove_negated


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("interview on Monday, not about salary", "interview on Monday", id="en-not-about"),
        pytest.param("It's not the money, I want the title", "I want the title", id="en-it-is-not"),
        pytest.param("It isn't about offers, but about where to live", "but about where to live", id="en-but"),
        pytest.param("not a grant, a paid contract", "a paid contract", id="en-not-a"),
        pytest.param("I don't mean a startup. Just me and my camera", "Just me and my camera", id="en-do-not-mean"),
        pytest.param("nothing to do with pay, my boss shouts", "my boss shouts", id="en-nothing-to-do-with"),
        pytest.param("Es geht nicht um das Gehalt, sondern um den Titel", "sondern um den Titel", id="de"),
        pytest.param("No busco empleo, busco clientes para mi taller", "busco clientes para mi taller", id="es"),
        pytest.param("Ce n'est pas le salaire, mais mon chef", "mais mon chef", id="fr"),
        pytest.param("لا أريد ترقية، أريد أن أغادر", "أريد أن أغادر", id="ar"),
        pytest.param("No grants, no loans. We need buyers", "We need buyers", id="en-no-and-no"),
        pytest.param("I don't want to quit, I just want Fridays", "I just want Fridays", id="en-do-not-want-just"),
        pytest.param("The pay isn't the problem: my boss shouts", "my boss shouts", id="en-not-the-problem"),
        pytest.param(
            "Das Gehalt ist nicht das Problem, mein Chef schreit", "mein Chef schreit", id="de-not-the-problem"
        ),
        pytest.param("El sueldo no es el problema, mi jefe grita", "mi jefe grita", id="es-not-the-problem"),
        pytest.param("Le salaire n'est pas le problème, mon chef crie", "mon chef crie", id="fr-not-the-problem"),
        pytest.param("The pay is fine, but my boss shouts at night", "but my boss shouts at night", id="en-fine"),
        pytest.param("The pay is fine; it's the shouting that hurts", "it's the shouting that hurts", id="en-it-is"),
        pytest.param("The pay is good, the flat is fine, but my boss shouts", "but my boss shouts", id="en-both-fine"),
        pytest.param("Der Lohn ist gut, aber mein Chef schreit", "aber mein Chef schreit", id="de-fine"),
        pytest.param("El sueldo es bueno, pero mi jefe grita", "pero mi jefe grita", id="es-fine"),
        pytest.param("Le salaire est bon, mais mon chef crie", "mais mon chef crie", id="fr-fine"),
        pytest.param("الراتب جيد، لكن مديري يصرخ", "لكن مديري يصرخ", id="ar-fine"),
    ],
)
def test_a_clause_that_is_turned_down_is_taken_out(text, left):
    assert remove_negated(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "I can't negotiate",
        "not sure how to resign",
        "I don't know how to ask for a raise",
        "I haven't been promoted in six years",
        "no answer after the interview",
        "no callbacks, 200 applications",
        "no degree, no experience. Where do I start?",
        "no answer, no feedback. I give up",
        "I don't want to lead people, how do I say that?",
        "not getting interviews, why?",
        "why do I never get an offer",
        "use points instead of hours",
        "the offer is good, but should I take it?",
        "is my CV good but too long?",
        "the problem is my boss, not always but often",
        "Ich weiß nicht, wie ich kündigen soll",
        "Titel statt Geld",
        "no sé cómo pedir un aumento",
        "je ne sais pas négocier",
        "لا أعرف كيف أتفاوض",
        "",
    ],
)
def test_a_plain_not_turns_nothing_down(text):
    assert remove_negated(text) == text


def test_a_text_that_is_nothing_but_negation_stays():
    assert remove_negated("not about the salary") == "not about the salary"
