"""A worker's side: it calls what it is sent, one call at a time, until nobody asks any more."""

import os
import pickle
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any

from stages.base.redaction import redact_output


def serve(descriptor: int) -> None:
    """Answer calls over this socket until it closes.

    A call is (function, item, working folder, environment), an answer (whether it is an exception,
    what the function returned or raised, the traceback).
    """
    redact_output()
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    connection: Connection[Any, Any] = Connection(descriptor)
    while True:
        try:
            call = connection.recv_bytes()
        except (EOFError, ConnectionError):
            return
        try:
            answer = pickle.dumps((False, _answer(call), ""))
        except BaseException as error:
            answer = _failure(error)
        connection.send_bytes(answer)


def _answer(call: bytes) -> Any:
    function, item, folder, environment = pickle.loads(call)  # from the process that started us
    if folder != os.getcwd():  # noqa: PTH109
        os.chdir(folder)
    if environment != dict(os.environ):
        os.environ.clear()
        os.environ.update(environment)
    return function(item)


def _failure(error: BaseException) -> bytes:
    trace = "".join(traceback.format_exception(error))
    try:
        found = pickle.dumps((True, error, trace))
        pickle.loads(found)  # some can be sent, but not received
    except Exception:
        return pickle.dumps((True, RuntimeError(f"{type(error).__name__}: {error}"), trace))
    return found


def _exit_with_parent() -> None:
    """End when the process that holds the other end of our input has ended, even in a call."""
    os.read(0, 1)
    os._exit(1)
