import pytest

from search.understanding.crisis import is_crisis


@pytest.mark.parametrize(
    "text",
    [
        "I want to kill myself",
        "thinking about ending it all",
        "i want to die",
        "I don't want to live anymore",
        "I’ve been feeling suicidal since the layoff",
        "my family would be better off without me",
        "I keep cutting myself after work",
        "no point in living",
        "my boyfriend hits me",
        "he threatened to kill me",
        "My ex said he'll hurt my kids",
        "I was sexually assaulted at the office party",
        "scared for my life at home",
        "Ich will nicht mehr leben",
        "Ich denke daran, mich umzubringen",
        "mein Mann schlägt mich",
        "ich möchte einfach sterben",
        "quiero morirme",
        "ya no quiero vivir",
        "pienso en suicidarme",
        "mi marido me pega",
        "je veux mourir",
        "j'ai des idées suicidaires",
        "je ne veux plus vivre",
        "mon mari me frappe",
        "أريد أن أموت",
        "أفكر في الانتحار",
        "لا أريد أن أعيش",
        "زوجي يضربني",
    ],
)
def test_words_of_crisis(text):
    assert is_crisis(text)


@pytest.mark.parametrize(
    "text",
    [
        "this deadline is killing me",
        "is it career suicide to quit now",
        "I could kill for a job there",
        "how do I kill a project",
        "killing myself over this thesis",
        "I nearly died of embarrassment in the meeting",
        "dying to know if I got the job",
        "my boss shot down my idea",
        "the interviewer beat me down on salary",
        "how to cut myself some slack",
        "should I end it with this client",
        "grant for a suicide prevention charity",
        "presenting data on domestic violence",
        "my colleague attacks me in every code review",
        "I want to live abroad",
        "I don't want to be here in five years, so what next",
        "my manager is stealing my ideas",
        "this kills the mood",
        "hang myself up on details",
        "Die Frist bringt mich noch ins Grab",
        "beruflicher Selbstmord, so früh zu kündigen?",
        "der Markt schlägt uns",
        "me muero de vergüenza al hablar",
        "este proyecto me mata",
        "je meurs de honte devant le public",
        "c'est un suicide professionnel",
        "أموت من الخجل أمام الجمهور",
    ],
)
def test_figures_of_speech_and_subjects_of_work_are_no_crisis(text):
    assert not is_crisis(text)


def test_the_fixture_is_read_as_labelled(fixture):
    wrong = [row["text"] for row in fixture if is_crisis(row["text"]) != ("crisis" in row["kinds"])]

    assert wrong == []


def test_no_example_of_a_topic_is_a_crisis(material):
    assert [example.text for example in material.examples if is_crisis(example.text)] == []
