"""What this app enters into the lists of lower apps when it starts."""

from accounts.hooks import after_claims, after_sign_in, claims_wanted, token_areas
from accounts.privacy.hooks import on_leaving
from accounts.privacy.registry import register_tables
from accounts.privacy.retention import rules as retention_rules
from mentors.audience import conditions, narrowings
from notifications.registry import register_kinds

from .audiences import narrow_to_seen, sees_sql
from .claims import list_wanted
from .kinds import KINDS
from .managers import list_areas
from .privacy import TABLES, leave_programmes
from .rosters.invitees import RULES
from .views.member import come_in_after_sign_in, follow_claims_after_sign_in


def register_all() -> None:
    register_tables(*TABLES)
    register_kinds(KINDS)
    narrowings.append(narrow_to_seen)
    conditions.append(sees_sql)
    on_leaving.append(leave_programmes)
    retention_rules.extend(RULES)
    after_sign_in.append(come_in_after_sign_in)
    token_areas.append(list_areas)
    claims_wanted.append(list_wanted)
    after_claims.append(follow_claims_after_sign_in)
