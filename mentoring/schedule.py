"""What runs on a schedule. The settings take it up."""

from typing import Any


def run_every(seconds: int, task: str) -> dict[str, Any]:
    """A task that is not worth doing any more when its next turn has come."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


# An entry for each act, so that none of them waits for another, or fails with it
CELERY_BEAT_SCHEDULE = {
    "note that beat and a worker are there": run_every(60, "operations.tasks.beat"),
    "write forgotten notifications": run_every(600, "sessions_app.tasks.audit"),
    "add up how many there are": run_every(60, "notifications.tasks.fold_counts"),
    "check how many there are": run_every(86_400, "notifications.tasks.check_counts"),
    "work out the figures of outcomes": run_every(3600, "sessions_app.tasks.work_out_outcomes"),
    "count what is long past": run_every(600, "sessions_app.tasks.tally_records"),
    "tell staff who disagrees": run_every(600, "sessions_app.tasks.announce"),
    "read people’s calendars": run_every(30, "calendars.tasks.read_due"),
    "forget calendars that never counted": run_every(3600, "calendars.tasks.forget_proposals"),
    "send events to other systems": run_every(10, "notifications.tasks.send_webhooks"),
    "forget what was sent to other systems": {"task": "notifications.tasks.forget_webhooks", "schedule": 86_400},
    "forget how often programs asked": {"task": "accounts.tasks.forget_counts", "schedule": 3600},
    "forget web sessions that are over": {"task": "accounts.tasks.forget_web_sessions", "schedule": 86_400},
    "forget browsers that are signed out": {"task": "accounts.tasks.forget_ended_sessions", "schedule": 86_400},
    "forget what programs were answered": {"task": "accounts.tasks.forget_answers", "schedule": 3600},
    "seal the logs": run_every(3600, "trust.tasks.seal_day"),
    "write copies of people’s data": run_every(30, "accounts.tasks.write_copies"),
    "delete old copies": run_every(600, "accounts.tasks.forget_copies"),
    "remove people who asked for it": run_every(300, "accounts.tasks.erase_due"),
    "forget what is kept no longer": {"task": "accounts.tasks.retain", "schedule": 86_400},
    "tell owners of cases that are overdue": run_every(3600, "trust.tasks.tell_of_overdue"),
    "look at new texts, if signals are on": run_every(3600, "trust.tasks.look_for_signals"),
    "end sanctions, and what they end": run_every(60, "trust.tasks.run_sanctions"),
    "tell staff what waits": run_every(600, "mentors.tasks.announce"),
    "plan who meets whom": run_every(10, "events.tasks.solve_plans"),
    "work out fairer rests of events": run_every(10, "events.tasks.rebalance_evenings"),
    "give places of events": run_every(30, "events.tasks.run_registrations"),
    "run the clocks of events": run_every(30, "events.tasks.run_clocks"),
    "ask how events were": run_every(60, "events.tasks.ask_after"),
    "forget what events don’t need": run_every(86_400, "events.tasks.forget_old"),
    "look again at free times": run_every(20, "search.tasks.refresh"),
    "count the words of the search": run_every(600, "search.tasks.count_words"),
    "forget old searches": run_every(600, "search.tasks.forget_old"),
    "add what the search lacks": run_every(600, "search.tasks.add_missing"),
    "forget old proposals of examples": run_every(3600, "search.tasks.forget_proposals"),
    "forget noted searches": run_every(3600, "search.tasks.forget_noted_searches"),
    "learn to read questions": run_every(600, "search.tasks.retrain_reader"),
    "forget old notifications": run_every(600, "notifications.tasks.prune"),
    "forget what was written to staff": run_every(3600, "about.tasks.forget_messages"),
    "forget who sat in calls": run_every(600, "sessions_app.tasks.forget_rooms"),
    "remove old files": run_every(3600, "sessions_app.tasks.remove_expired_files"),
    "remove files without a row": run_every(3600, "sessions_app.tasks.sweep_orphans"),
    "check shared files for viruses": run_every(30, "sessions_app.tasks.scan_files"),
    "expire holds and requests": run_every(30, "sessions_app.tasks.expire_overdue"),
    "expire questions in writing": run_every(30, "sessions_app.tasks.expire_written"),
    "record missed sessions": run_every(30, "sessions_app.tasks.settle_silent"),
    "ask people to confirm sessions": run_every(600, "sessions_app.tasks.ask_to_confirm"),
    "cancel what was not confirmed": run_every(60, "sessions_app.tasks.free_unconfirmed"),
    "look at who misses a lot": run_every(600, "sessions_app.tasks.consider_numbers"),
    "let quiet mentors rest": run_every(600, "sessions_app.tasks.rest_quiet_mentors"),
    "end sessions of suspended mentors": run_every(30, "sessions_app.tasks.end_for_suspended"),
    "finish sessions": run_every(30, "sessions_app.tasks.complete_ended"),
    "close conversations": run_every(30, "sessions_app.tasks.close_engagements"),
    "note changes of time zones": run_every(86_400, "sessions_app.tasks.note_zone_changes"),
    "give freed time": run_every(30, "sessions_app.tasks.give_time"),
}
