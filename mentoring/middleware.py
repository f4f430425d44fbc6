"""Headers that every response carries, errors and redirects included."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Unfold's admin pages build their styles and expressions in the browser (Alpine); nothing of ours does.
ADMIN_POLICY = {
    "script-src": ["'self'", "'unsafe-eval'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}


class ResponseHeadersMiddleware:
    """Keeps signed-in pages out of shared caches and eases the content policy for the admin alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        if request.path.startswith("/admin/"):
            response._csp_update = ADMIN_POLICY  # type: ignore[attr-defined]
        return response
