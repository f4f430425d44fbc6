"""How many codes may be asked for, by address typed and by place asked from; kept in the cache, which is Postgres."""

import time
from datetime import UTC, datetime

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

# Three tries per code: 30 codes a day leave one chance in ten thousand to guess any in a day.
LIMITS = {"code_mail": "3/m/key,10/h/key,30/d/key,20/m/ip,200/h/ip"}
OWN = "accounts"


def take_code_mail(request: HttpRequest, email: str) -> datetime | None:
    """Count one code for this address, known or not; where that is one too many, the moment to try again."""
    key = email.lower()
    if ratelimit.consume(request, app=OWN, action="code_mail", config=LIMITS, key=key, limit_get=True):
        return None
    return _free_again(request, key)


def _free_again(request: HttpRequest, key: str) -> datetime:
    moments = [time.time() + 1]
    for rate in ratelimit.get_rates(app=OWN, action="code_mail", config=LIMITS):
        taken = cache.get(ratelimit.get_cache_key(request, app=OWN, action="code_mail", rate=rate, key=key), [])
        if len(taken) >= rate.amount:
            moments.append(taken[rate.amount - 1] + rate.duration)
    return datetime.fromtimestamp(max(moments), UTC)
