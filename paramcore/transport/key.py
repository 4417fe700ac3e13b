"""The API key: shown nowhere, and written nowhere."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Any, NoReturn

from paramcore.errors import InvalidKey

__all__ = ["KEY_VARIABLE", "ApiKey"]

KEY_VARIABLE = "SCALE_API_KEY"


class ApiKey:
    """
    An API key, which goes out in a header and nowhere else.

    Raises:
        InvalidKey: `credentials_missing`, `credentials_format`.

    """

    __slots__ = ("__text",)

    def __init__(self, text: object) -> None:
        if text is None or text == "":
            raise InvalidKey("credentials_missing", None, "no API key", f"one, as `{KEY_VARIABLE}` in the environment")
        if type(text) is not str or not all("!" <= letter <= "~" and letter != ":" for letter in text):
            found = "an API key that cannot be one, which is not shown"
            wanted = "printable ASCII, without spaces, line ends and colons"
            raise InvalidKey("credentials_format", None, found, wanted)
        self.__text = text

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> ApiKey:
        """
        Take the key from `SCALE_API_KEY`.

        Raises:
            InvalidKey: as the class does.

        """
        return cls(environment.get(KEY_VARIABLE))

    @property
    def basic(self) -> str:
        """The `Authorization` header: the key as user name, and no password."""
        # E7: HTTP Basic; live and test keys see separate worlds.
        return f"Basic {base64.b64encode(f'{self.__text}:'.encode()).decode()}"

    def redacted(self, data: bytes) -> bytes:
        """Return what came back with the key left out, plain or as it was sent: some errors echo the request."""
        for secret in (self.__text, self.basic.removeprefix("Basic "), base64.b64encode(self.__text.encode()).decode()):
            data = data.replace(secret.encode(), b"<API key>")
        return data

    def __repr__(self) -> str:
        return "<API key>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("found a pickle of an API key, wanted none: a key is written nowhere")

    def __copy__(self) -> ApiKey:
        return self

    def __deepcopy__(self, memo: Any) -> ApiKey:
        return self
