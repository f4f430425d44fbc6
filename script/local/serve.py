"""The command script/server, inside the environment."""

import http.client
import os
import time
from collections.abc import Callable

from local.account import ServerError
from local.changes import watch_code
from local.output import print_step, print_warning
from local.places import PYTHON, ROOT, data_dir
from local.ports import HOST, free_port
from local.processes import Command, ProcessGroup, run_command, stop_requests
from local.servers import Servers
from local.variables import base_variables, is_on, server_addresses


def main(port: int) -> int:
    """Everything up, until Ctrl-C."""
    env = base_variables()
    env |= {"PORT": str(port), "SITE_URL": os.environ.get("SITE_URL") or f"http://localhost:{port}"}
    commands = _list_commands(env)
    with stop_requests() as stopping:
        try:
            servers = Servers(data_dir())
            if servers.missing:
                print_step("starting " + " and ".join(_server_names(servers.missing)))
            with servers as urls:
                env |= server_addresses(urls)
                if stopping() or run_command([PYTHON, "-m", "local.prepare"], env | _with_script_path()):
                    return 1
                return 0 if _serve_until_stopped(commands, env, stopping) else 1
        except ServerError as error:
            print_warning(str(error))
            return 1


def _server_names(variables: set[str]) -> list[str]:
    return [{"DATABASE_URL": "PostgreSQL", "REDIS_URL": "Redis"}[name] for name in sorted(variables)]


def _with_script_path() -> dict[str, str]:
    return {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'script'}"}


def _list_commands(env: dict[str, str]) -> dict[str, Command]:
    """What runs side by side. Modules, not the scripts in .venv/bin: those break when the checkout is moved."""
    commands: dict[str, Command] = {}
    if not env.get("EMAIL_URL") and is_on(env["DEBUG"]):  # the sink's pages show every mail to everyone
        mail_port = str(free_port())
        env["EMAIL_URL"] = f"smtp://{HOST}:{mail_port}"
        commands["mail"] = [PYTHON, "manage.py", "mail_sink", "--port", mail_port]
    commands["web"] = [PYTHON, "-m", "gunicorn", "--config", "script/local/gunicorn.py", "mentoring.wsgi"]
    # A page that came over HTTPS may not listen to this one.
    if "LIVE_URL" not in env and not env["SITE_URL"].startswith("https:"):
        live_port = str(free_port())
        env["LIVE_URL"] = f"http://{HOST}:{live_port}/live/"
        commands["live"] = [PYTHON, "-m", "live", "--host", HOST, "--port", live_port]
    celery = [PYTHON, "-m", "celery", "-A", "mentoring"]
    level = ["--loglevel", "INFO"]
    commands["worker"] = [*celery, "worker", "--concurrency", "2", "-n", f"worker-{env['PORT']}@%h", *level]
    # its schedule is ticks only, so it has nothing to remember and needs no file
    commands["beat"] = [*celery, "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=", *level]
    return commands


def _serve_until_stopped(commands: dict[str, Command], env: dict[str, str], stopping: Callable[[], bool]) -> bool:
    print_step("starting " + ", ".join(commands))
    group = ProcessGroup(env, data_dir() / "logs")
    try:
        for name, command in commands.items():
            group.start(name, command)
        while not (_web_answers(int(env["PORT"])) or stopping() or group.find_ended()):
            time.sleep(0.1)
        if not (stopping() or group.find_ended()):
            _announce_address(env["SITE_URL"], with_mail="mail" in commands)
        return group.wait(stopping, watch_code(group) if is_on(env["DEBUG"]) else None)
    finally:
        print_step("stopping")
        group.stop(*group.running)
        print_step(f"stopped; the data stays in {data_dir()}")


def _web_answers(port: int) -> bool:
    """Whether there is any response at all."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def _announce_address(site_url: str, *, with_mail: bool) -> None:
    print_step(f"logs: {data_dir() / 'logs'}")
    if with_mail:
        print_step(f"mail that it sends: {site_url}/dev/mail/")
    print_step(f"open {site_url}   (Ctrl-C stops everything)")
