"""Forms of words to look for, written as people read them.

"(kill|hurt) myself" finds these words in this order with any space between them, as whole words, in folded text.
"""

import re
from collections.abc import Iterable


def compile_forms(forms: Iterable[str]) -> re.Pattern[str]:
    """One pattern that finds any of the forms. Apart from spaces and groups, a form is a regular expression."""
    return re.compile("|".join(rf"\b(?:{_spell_out(form)})\b" for form in forms))


def _spell_out(form: str) -> str:
    """A space that a lookbehind or a question mark needs as it is stays one."""
    grouped = re.sub(r"(?<!\\)\((?!\?)", "(?:", form)
    return re.sub(r" (?![?*)])", r"\\s+", grouped)
