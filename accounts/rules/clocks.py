"""Which clock a guest reads, by the language of their browser."""

# Languages with the countries in which they are written with a clock of twelve hours: the short times of CLDR, without
# the languages that browsers seldom ask for.
HOUR12_COUNTRIES = {
    "am": "ET",
    "ar": "AE BH DJ DZ EG EH ER IQ JO KW LB LY MR OM PS QA SA SD SO SS SY TD TN YE",
    "bn": "BD IN",
    "el": "CY GR",
    "en": "AE AG AS AU BB BM BS CA CY DM ER FJ FM GD GH GM GU GY HK IN JM KI KN KY LC LR LS MH MO MP MW MY NA NZ PG PH "
    "PK PR PW SB SD SG SL SS SZ TC TO TT UM US VC VG VI VU WS",
    "es": "BO CO CR CU DO EC GT HN MX NI PA PE PH PR SV US VE",
    "fil": "PH",
    "fr": "DJ DZ MR SY TD TN VU",
    "gu": "IN",
    "hi": "IN",
    "km": "KH",
    "kn": "IN",
    "ko": "KP KR",
    "ml": "IN",
    "mr": "IN",
    "ms": "BN MY SG",
    "ne": "IN",
    "pa": "IN PK",
    "so": "DJ ET SO",
    "sq": "AL",
    "ta": "IN MY SG",
    "te": "IN",
    "tr": "CY",
    "ur": "IN PK",
    "zh": "HK MO MY SG TW",
}


def is_read_hour12(language: str) -> bool:
    """Whether times in this language of a country, such as `en-US`, are written with a clock of twelve hours."""
    name, _hyphen, country = language.partition("-")
    return country.upper() in HOUR12_COUNTRIES.get(name.lower(), "").split()
