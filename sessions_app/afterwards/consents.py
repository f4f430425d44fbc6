"""What mentees may agree to after a session or an answer, with every version of the text that asks for it.

Forms show these texts. One that people have seen is never changed: a new one is added below it.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.consents import ConsentText, Purpose
from sessions_app.models import Feedback, FollowUp


def of_mentee(person: User) -> Q:
    return Q(booking__mentee=person) | Q(written__mentee=person)


WORDS = Purpose(
    "words_shown",
    _("Showing your words to others"),
    (
        ConsentText(
            _("You may show these words without my name"),
            _("On %(name)s’s page and our home page. Our team reads them first. You can withdraw them at any time."),
        ),
    ),
    is_on=lambda person: Feedback.objects.filter(author=person, may_publish=True).exists(),
)
QUESTION = Purpose(
    "question_shown",
    _("Showing your question with your words"),
    (ConsentText(_("You may show my question with them"), _("On our home page, without your name or %(name)s’s.")),),
    is_on=lambda person: Feedback.objects.filter(author=person, may_publish_question=True).exists(),
)
OUTCOME = Purpose(
    "outcome_told",
    _("Telling your mentors what came of it"),
    (ConsentText(_("Tell %(name)s what came of it"), _("If you don’t tick this, only you see your answer.")),),
    is_on=lambda person: FollowUp.objects.filter(of_mentee(person), tell_mentor=True).exists(),
)
