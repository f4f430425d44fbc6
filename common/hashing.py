"""Short texts that stand for longer ones: of tokens that are kept, of forms that may be sent twice."""

from hashlib import sha256


def hash_text(text: str) -> str:
    """What is random and long, as a token is, can't be found out from this."""
    return sha256(text.encode()).hexdigest()


def form_mark(key: str, *choices: object) -> str:
    """A hash that is the same for a form that was sent twice, and different if it was changed in between."""
    return hash_text(repr([str(part) for part in (key, *choices)]))
