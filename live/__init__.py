"""Hints to open pages that there is something new, so that they needn't ask again and again (decision 42).

A hint has no content: a page that is told asks its view, as it did before. So a hint may be lost, and one that reaches
the wrong page tells it nothing. `live.asgi` is the server that pages listen to; the rest is used by the site.
"""
