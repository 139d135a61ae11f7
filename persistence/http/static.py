"""The admin site's style sheets and scripts, from where Django keeps them.

They need no database, so they take none of Django's few threads.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from whitenoise import WhiteNoise  # type: ignore[import-untyped]

from persistence.http.asgi import Receive, Scope, Send, respond

MAX_AGE_SECONDS = 3600


class StaticFiles:
    """Serves what `collectstatic` would collect."""

    def __init__(self) -> None:
        """Lists the files, once."""
        self._files = WhiteNoise(None, max_age=MAX_AGE_SECONDS, allow_all_origins=False)
        for finder in get_finders():
            for path, storage in finder.list(["*.md"]):
                url = f"{settings.STATIC_URL}{path.replace(chr(92), '/')}"
                self._files.add_file_to_dictionary(url, storage.path(path))

    def has(self, path: str) -> bool:
        """Whether this is one of the files."""
        return path in self._files.files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one of the files."""
        environ = {
            f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode(
                "latin-1"
            )
            for name, value in scope["headers"]
        }
        static = self._files.files[scope["path"]]
        response = static.get_response(scope["method"], environ)
        body = b""
        if response.file is not None:
            with response.file as file:
                body = file.read()
        await respond(send, response.status, body, response.headers)
