"""The API key, which messages, logs, pickles and files must not contain."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from paramcore.errors import InvalidKey

#: The environment variable that contains the key.
KEY_VARIABLE = "SCALE_API_KEY"

#: The minimum number of characters of a secret key.  A shorter key, such as `any` for a stand-in,
#: is not a secret.  Replacing it would change parts of common words.
MIN_SECRET_LENGTH = 12


class ApiKey:
    """An API key, which is sent in a header and never shown.

    Raises:
        InvalidKey: `credentials_missing`, `credentials_format`.

    Example:
        >>> ApiKey("live_0123")
        <API key>
    """

    __slots__ = ("__text",)

    def __init__(self, text: str | None) -> None:
        if text is None or text == "":
            remedy = f"set `{KEY_VARIABLE}` in the environment"
            raise InvalidKey("credentials_missing", None, "the API key is missing", remedy)
        if type(text) is not str or not all("!" <= letter <= "~" and letter != ":" for letter in text):
            problem = "the API key (not shown) must be printable ASCII without spaces, line ends or colons"
            raise InvalidKey("credentials_format", None, problem, "copy the key again")
        self.__text = text

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ApiKey:
        """Read the key from the variable `SCALE_API_KEY` of `environment`, by default `os.environ`.

        Raises:
            InvalidKey: `credentials_missing`, `credentials_format`.
        """
        # `help()` shows default values, so `os.environ` must not be the default.
        return cls((os.environ if environment is None else environment).get(KEY_VARIABLE))

    @property
    def authorization(self) -> str:
        """The value of the `Authorization` header."""
        # E7: HTTP Basic, with the key as the user name and no password.
        return f"Basic {base64.b64encode(f'{self.__text}:'.encode()).decode()}"

    def redact(self, text: str) -> str:
        """Replace the key in a text, because a reply may repeat the key.

        The key is replaced in plain form, in base64 and percent-encoded.  A key of
        fewer than 12 characters is not a secret and is not replaced.

        Example:
            >>> ApiKey("live_0123456").redact("no access for live_0123456")
            'no access for <API key>'
        """
        if len(self.__text) < MIN_SECRET_LENGTH:
            return text
        pattern = re.compile("|".join(map(_build_pattern, _encode_forms(self.__text))))
        # The replacement and the text beside it may form the key again, for example if the key ends with `<API`.
        while pattern.search(text):
            text = pattern.sub("<API key>", text)
        return text

    def __repr__(self) -> str:
        return "<API key>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key cannot be pickled, because it must not be written anywhere")

    def __copy__(self) -> ApiKey:
        return self

    def __deepcopy__(self, memo: Any) -> ApiKey:
        return self


def _encode_forms(key: str) -> list[str]:
    """Return the key in plain form and in base64, longest first."""
    # HTTP Basic encodes the key with a colon after it.
    encoders, texts = (base64.b64encode, base64.urlsafe_b64encode), (key, f"{key}:")
    encoded = {encode(text.encode()).decode() for encode in encoders for text in texts}
    forms = {key, *encoded, *(form.rstrip("=") for form in encoded)}
    return sorted(forms, key=lambda form: (-len(form), form))


def _build_pattern(form: str) -> str:
    """Return a pattern for a form of the key, in which any character may be percent-encoded."""
    return "".join(f"(?:{re.escape(char)}|%(?:25)*(?i:{ord(char):02x}))" for char in form)
