from tests.sessions_app.conftest import ask_first, booking, over, request_for  # noqa: F401 - fixtures
