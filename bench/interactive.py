"""When a page can be used on a slow phone: `python -m bench.interactive` from the project's root.

The real server, as production runs it, and a Chromium with an empty cache, 390 pixels wide, whose processor is made
four times slower. Pages take turns. Milliseconds from the request, each the middle one: when the first byte has come,
when something is painted, and when the page can be used: it is painted, its scripts have run, and the last task that
held the browser up for 50 ms is over. `work` is the time that the browser's main thread had tasks to do, of which
styles and layout, and scripts. All of it depends on the machine, which has to be quiet: the load is printed.
"""

import argparse
import os
from statistics import median
from typing import Any

from .load import run_server
from .pages import MeasuredPage, fill_world, list_pages
from .stand import bench_database

SLOWER = 4
AIM_MS = 1000
SIZE = {"width": 390, "height": 844}
PAGES = ("help", "results", "mentor", "home")
WATCH = """
  window.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask", buffered: true });
"""
# Two seconds without a new one: no task is still to come.
SETTLED = """() => new Promise((done) => setTimeout(() => {
  const [page] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const last = Math.max(0, ...tasks.map((task) => task.startTime + task.duration));
  done([page.responseStart, paint.startTime, Math.max(paint.startTime, page.domContentLoadedEventEnd, last)]);
}, 2000))"""
PARTS = ("TaskDuration", "LayoutDuration", "RecalcStyleDuration", "ScriptDuration")


def open_page(browser: Any, address: str) -> list[float]:
    context = browser.new_context(viewport=SIZE, is_mobile=True, has_touch=True, timezone_id="Europe/London")
    page = context.new_page()
    page.add_init_script(WATCH)
    chromium = context.new_cdp_session(page)
    chromium.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    chromium.send("Performance.enable")
    page.goto(address, wait_until="load")
    times = page.evaluate(SETTLED)
    found = {metric["name"]: metric["value"] * 1000 for metric in chromium.send("Performance.getMetrics")["metrics"]}
    context.close()
    tasks, layout, styles, scripts = (found[part] for part in PARTS)
    return [*times, tasks, layout + styles, scripts]


def measure_pages(home: str, pages: list[MeasuredPage], rounds: int) -> dict[str, list[list[float]]]:
    from playwright.sync_api import sync_playwright

    from local.places import find_browser

    found: dict[str, list[list[float]]] = {page.name: [] for page in pages}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        for number in range(1 + rounds):
            for page in pages:
                times = open_page(browser, home + page.path)
                if number:
                    found[page.name].append(times)
        browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with bench_database("pages") as variables:
        from local.ports import free_port

        fill_world()
        pages = [page for page in list_pages() if page.name in PAGES]
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        port = free_port()
        with run_server(variables, port):
            found = measure_pages(f"http://127.0.0.1:{port}", pages, options.rounds)
        print(f"medians of {options.rounds}, ms; a processor {SLOWER} times slower; load {os.getloadavg()[0]:.1f}")
        print(f"{'':10}  first byte  painted  usable   aim   work  layout  scripts")
        for name, rounds in found.items():
            byte, painted, usable, work, layout, scripts = (median(values) for values in zip(*rounds, strict=True))
            print(
                f"{name:10}{byte:12.0f}{painted:9.0f}{usable:8.0f}{AIM_MS:6}{work:7.0f}{layout:8.0f}{scripts:9.0f}"
                f"   usable {min(times[2] for times in rounds):.0f} to {max(times[2] for times in rounds):.0f}"
            )


if __name__ == "__main__":
    main()
