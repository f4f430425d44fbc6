"""Everything that is looked at, in this order."""

from . import database, machine, services, site
from .findings import Probe

PROBES = (
    Probe("configuration", machine.look_at_configuration),
    Probe("disk", machine.look_at_disk),
    Probe("zone data", machine.look_at_zone_data),
    Probe("database", database.look_at_database),
    Probe("database settings", database.look_at_settings, needs="database"),
    Probe("migrations", database.look_at_migrations, needs="database"),
    Probe("replica", database.look_at_replica, needs="database"),
    Probe("clock", database.look_at_clock, needs="database"),
    Probe("redis", services.look_at_redis),
    Probe("workers", services.look_at_workers, needs="redis"),
    Probe("beat", services.look_at_beat, needs="migrations"),
    Probe("mail server", services.look_at_mail_server),
    Probe("outbox", services.look_at_outbox, needs="migrations"),
    Probe("site", site.look_at_site),
    Probe("proxy", site.look_at_proxy, needs="site"),
    Probe("static files", site.look_at_static_files, needs="site"),
    Probe("live server", services.look_at_live_server),
    Probe("relay", services.look_at_relay),
    Probe("scanner", services.look_at_scanner),
    Probe("content", machine.look_at_content, needs="migrations"),
)
