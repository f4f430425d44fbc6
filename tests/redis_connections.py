"""Ends connections to Redis, as it does itself after a while."""

from redis import Redis


def end_connections(queue: Redis) -> None:
    """All that are open to this database. Other tests have other databases of the same Redis, and need theirs."""
    ours = str(queue.connection_pool.connection_kwargs["db"])
    mine = str(queue.client_id())
    for one in queue.client_list(_type="normal"):
        if one["db"] == ours and one["id"] != mine:
            queue.client_kill_filter(_id=one["id"])
