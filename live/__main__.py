"""`python -m live`: the server that pages listen to. It may be run many times beside each other."""

import argparse

import uvicorn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m live", description="The server that open pages listen to.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    uvicorn.run(
        "live.asgi:app",
        host=asked.host,
        port=asked.port,
        workers=asked.workers,
        access_log=False,
        # All pages may come back at the same moment.
        backlog=16_384,
        # Pages never end by themselves.
        timeout_graceful_shutdown=1,
        server_header=False,
    )


if __name__ == "__main__":
    main()
