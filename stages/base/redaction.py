"""Hide secrets in everything that leaves the program: messages, logs, tables, records.

A secret is what a URL has before its host (`//user:password@host`), wherever it stands, and what
the environment holds: the passwords in URLs such as TRAILER_STORE and TRAILER_PROXY, and the values
of variables named like one (AWS_SECRET_ACCESS_KEY, HF_TOKEN, FSSPEC_S3_SECRET). Libraries write
them into their errors and warnings, so `redact_output` covers all that a process prints.
"""

import base64
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

HIDDEN = "***"
MIN_LENGTH = 6  # of a secret that is hidden wherever it stands: shorter ones are parts of words
USER_INFO = re.compile(r"""((?:\bhttps?:/*|\b[a-z][a-z0-9+.-]*://))[^\s/?#"'<>]*@""", re.IGNORECASE)
SECRET_NAME = re.compile(
    r"password$|passwd$|(^|[_-])(secret|token|passphrase|signature|sig|sas|connection_string"
    r"|(access|account|api)?key)s?(_id)?$",
    re.IGNORECASE,
)
# what stands before the host in a variable: as it should be; with a / in the password, which ends a
# host; and without a scheme, as some write a proxy
USER_IN_VARIABLE = (
    re.compile(r"^[^:/]+://([^/?#]*)@"),
    re.compile(r"^(?:[^:/]+://)?([^/?#:@\s]*:[^\s]*)@"),
)


def redact(text: str) -> str:
    """The same text with each secret replaced by ***."""
    text = USER_INFO.sub(rf"\1{HIDDEN}@", text)
    for secret in sorted(_secrets(), key=len, reverse=True):  # one may be a part of another
        text = text.replace(secret, HIDDEN)
    return text


def redact_output() -> None:
    """Hide secrets in all that this process prints or logs from now on; safe to call again."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, RedactedStream):
            setattr(sys, name, RedactedStream(stream))
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, _RedactedRecords):  # handlers may hold an older stream
        logging.setLogRecordFactory(_RedactedRecords(factory))


class RedactedStream:
    """A text stream in whose output secrets are hidden; a secret is never cut by two writes."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        self.stream.write(redact(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class _RedactedRecords:
    """A factory of log records in whose messages and tracebacks secrets are hidden."""

    def __init__(self, factory: Any) -> None:
        self.factory = factory

    def __call__(self, *args: Any, **named: Any) -> logging.LogRecord:
        record: logging.LogRecord = self.factory(*args, **named)
        try:
            record.msg, record.args = redact(record.getMessage()), ()
        except Exception:  # arguments that do not fit: logging itself says so when it prints
            return record
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return record


def _secrets() -> set[str]:
    """All secrets of the environment, as they may be written."""
    found: set[str] = set()
    for name, value in os.environ.items():
        if SECRET_NAME.search(name):
            found.add(value)
        if "@" in value or "?" in value:
            found |= set(_in_url(value))
        if name.startswith("FSSPEC_") and value.startswith("{"):
            found |= set(_in_options(value))
    forms = (form for text in found for form in (text, unquote(text), quote(text, safe="")))
    return {form for form in forms if len(form) >= MIN_LENGTH}


def _in_url(url: str) -> Iterator[str]:
    """The password of a URL, or its user if there is none, and what its query calls a secret."""
    for match in filter(None, (pattern.match(url) for pattern in USER_IN_VARIABLE)):
        user, _, password = match[1].partition(":")
        yield from (match[1], password or user, *match[1].split("/"), *password.split("/"))
        yield base64.b64encode(unquote(match[1]).encode()).decode()  # as proxies are told it
    query = url.partition("?")[2].partition("#")[0]
    yield from (value for name, value in parse_qsl(query) if SECRET_NAME.search(name))


def _in_options(text: str) -> Iterator[str]:
    """Secrets among the options of an fsspec protocol, given as JSON."""
    try:
        options = json.loads(text)
    except ValueError:
        return
    pairs = [options]
    while pairs:
        each = pairs.pop()
        for name, value in each.items() if isinstance(each, dict) else ():
            if isinstance(value, str) and SECRET_NAME.search(name):
                yield value
            pairs.append(value)
