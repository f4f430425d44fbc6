"""Events, registrations and plans as programs read and change them."""

from common.api.errors import answers_for
from common.api.problems import Fields
from events.errors import EventError

# Codes of input that is wrong in itself (422). All other refusals come from the present state (409).
RULES = {"wrong_side", "not_a_mentor", "too_few_rounds", "too_many_musts", "too_many_likes", "too_many_noes"}
FIELD_OF = {"wrong_side": "side", "not_a_mentor": "side", "too_few_rounds": "attends"}
OF_WISHES = {"stranger", "too_many_musts", "too_many_likes", "too_many_noes"}


def name_field(error: EventError) -> Fields:
    field = "wishes" if error.code in OF_WISHES else FIELD_OF.get(error.code)
    return {field: [str(error.message)]} if field else {}


answers_for(EventError, unprocessable=RULES, fields=name_field)
