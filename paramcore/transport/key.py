"""The API key, which no text, log, copy or file ever holds."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Any, NoReturn

from paramcore.errors import InvalidKey

#: The environment variable that holds the key.
KEY_VARIABLE = "SCALE_API_KEY"


class ApiKey:
    """An API key, which is sent as a header and shown nowhere.

    Raises:
        InvalidKey: `credentials_missing`, `credentials_format`.

    Example:
        >>> ApiKey("live_0123")
        <API key>
    """

    __slots__ = ("__text",)

    def __init__(self, text: str | None) -> None:
        if text is None or text == "":
            raise InvalidKey("credentials_missing", None, "no API key", f"one, as `{KEY_VARIABLE}` in the environment")
        if type(text) is not str or not all("!" <= letter <= "~" and letter != ":" for letter in text):
            found = "an invalid API key, which is not shown"
            wanted = "printable ASCII, without spaces, line ends and colons"
            raise InvalidKey("credentials_format", None, found, wanted)
        self.__text = text

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> ApiKey:
        """Read the key from the variable `SCALE_API_KEY`.

        Raises:
            InvalidKey: `credentials_missing`, `credentials_format`.
        """
        return cls(environment.get(KEY_VARIABLE))

    @property
    def authorization(self) -> str:
        """The value of the `Authorization` header."""
        # E7: HTTP Basic, with the key as user name and no password. Live and test keys see separate worlds.
        return f"Basic {base64.b64encode(f'{self.__text}:'.encode()).decode()}"

    def redact(self, data: bytes) -> bytes:
        """Return data without the key, plain or encoded: some errors repeat it."""
        encoded = base64.b64encode(self.__text.encode()).decode()
        for secret in (self.__text, self.authorization.removeprefix("Basic "), encoded):
            data = data.replace(secret.encode(), b"<API key>")
        return data

    def __repr__(self) -> str:
        return "<API key>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key cannot be pickled: it must not be written anywhere")

    def __copy__(self) -> ApiKey:
        return self

    def __deepcopy__(self, memo: Any) -> ApiKey:
        return self
