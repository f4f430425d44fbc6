"""What nobody should send: texts for any field, and queries that no form makes."""

HOSTILE = {
    "nul": "a\x00b",
    "controls": "\x01\x1b[31m\x7f\x85\u2028\u2029",
    "markup": "\"'><svg/onload=alert(1)>{{ 7*7 }}{% url 'x' %}",
    "header": "a\r\nBcc: victim@example.org\r\n\r\nbody",
    "pattern": "{0.__class__}{missing}%(missing)s%s%n%",
    "path": "../../../../etc/passwd",
    "turned": "\u202e\u2066\ufeff\u200b\U000e0041",
    "astral": "👩\u200d👩\u200d👧\u200d👦𝔘\U0010ffff\ud7ff\uffff",
    "combining": "Z" + "\u0301" * 3000,
    "long": "x" * 100_000,
    "words": "lorem & | ! ( ' \\ : * <-> " * 300,
    "email": "\u017fam@ex\u0131mple.org",
    "long email": "a" * 250 + "@example.org",
    "negative": "-1",
    "past bigint": "9223372036854775808",
    "past python": "9" * 5000,
    "float": "1e999",
    "not a number": "NaN",
    "arabic digits": "٣٠",
    "superscript": "²",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "no day": "2026-02-30",
    "first start": "0001-01-01T00:00Z",
    "last start": "9999-12-31T23:59Z",
    "midnight": "24:00",
    "zone": "Etc/GMT+14",
    "zone path": "../UTC",
    "no zone": "Factory",
    "uuid": "00000000-0000-0000-0000-000000000000",
}

# As a browser would never write them
RAW_QUERIES = {
    "not utf-8": "%ff%fe%c0%80",
    "surrogates": "%ed%a0%80%ed%b0%80",
    "broken percents": "%zz%%%",
    "nothing but signs": "&&==;;&=&",
}
