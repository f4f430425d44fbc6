"""The address that someone probably meant, where its domain is a slip of one that many people have."""

# What most addresses of people end with. One of these is never taken for a slip of another.
DOMAINS = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com icloud.com
me.com mac.com aol.com mail.com email.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de
proton.me protonmail.com pm.me zoho.com fastmail.com hey.com yandex.com yandex.ru mail.ru qq.com 163.com 126.com
naver.com hotmail.co.uk yahoo.co.uk btinternet.com live.co.uk outlook.fr hotmail.fr yahoo.fr orange.fr wanadoo.fr
free.fr laposte.net libero.it hotmail.it yahoo.it outlook.it hotmail.es yahoo.es outlook.es yahoo.de outlook.de
hotmail.de ziggo.nl kpnmail.nl live.nl hotmail.nl yahoo.in yahoo.co.in rediffmail.com yahoo.co.jp yahoo.com.br
uol.com.br bol.com.br hotmail.com.br yahoo.ca live.ca rogers.com comcast.net verizon.net att.net sbcglobal.net
"""
WELL_KNOWN = frozenset(DOMAINS.split())
# No domain can end with one of these, so each is a slip of “com”, and so are the others behind a well-known name.
NO_ENDINGS = frozenset({"con", "cmo", "ocm", "comm", "vom", "xom", "cpm"})
RARE_ENDINGS = frozenset({"co", "cm", "om"})
# Shorter names are too easily those of someone's own domain.
SHORTEST = 5


def meant_address(address: str) -> str:
    """The address without the slip in its domain, or an empty text if there seems to be none."""
    name, _, domain = address.rpartition("@")
    meant = meant_domain(domain.lower())
    return f"{name}@{meant}" if name and meant else ""


# A slip is in the name before the ending: many well-known names exist with other endings.
def meant_domain(domain: str) -> str:
    if domain in WELL_KNOWN:
        return ""
    name, _, ending = domain.rpartition(".")
    as_com = f"{name}.com"
    if ending in NO_ENDINGS | RARE_ENDINGS and as_com in WELL_KNOWN:
        return as_com
    ended = as_com if ending in NO_ENDINGS else domain
    for known in sorted(WELL_KNOWN):
        known_name, _, known_ending = known.rpartition(".")
        if ended.endswith(f".{known_ending}") and len(known_name) >= SHORTEST and is_one_slip(name, known_name):
            return known
    return ended if ended != domain else ""


# One letter too many, too few or wrong, or two in the wrong order, are all that differs.
def is_one_slip(written: str, known: str) -> bool:
    start = next((at for at, (one, other) in enumerate(zip(written, known, strict=False)) if one != other), None)
    if start is None:
        return abs(len(written) - len(known)) == 1
    rest, wanted = written[start:], known[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:] or swapped == wanted
