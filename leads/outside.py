"""The way out for connectors: JSON through the one door, each failure said as connectors understand it."""

import time
from collections.abc import Mapping
from typing import Any

from config.lib import http
from leads.connector import UnansweredError, UnreadableError

# Asked the same way again they would say the same: something in what we send is wrong.
_NO_USE = frozenset({400, 405, 406, 410, 413, 414, 415, 422})


class Outside:
    """A `leads.connector.Door` with a time for everything that is asked through it."""

    def __init__(self, *, seconds: float = http.TIMEOUT, limit: int = http.LIMIT) -> None:
        self._until = time.monotonic() + seconds
        self._limit = limit

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Any:
        """The answer's JSON; None for 404. 202 says that it is not known yet. Raises as `Door` says."""
        answer = self._asked("GET", url, headers=headers, params=params)
        if answer is not None and answer.status == 202:
            raise UnansweredError("The other side is still looking.")
        return _json(answer)

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON; None for 404. Raises as `Door` says."""
        return _json(self._asked("POST", url, headers=headers, body=http.encoded(json)))

    def _asked(self, method: str, url: str, **given: Any) -> http.Answer | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise UnansweredError("The time was over before it could be asked.")
        try:
            answer = http.request(method, url, timeout=left, limit=self._limit, **given)
        except http.RefusedError as error:
            raise UnreadableError(str(error)) from error
        except http.FailedError as error:
            raise UnansweredError(_SAYS[error.failure]) from error
        if answer.status == 404:
            return None
        if answer.status in _NO_USE:
            raise UnreadableError(f"The other side refuses what we ask (status {answer.status}).")
        if not answer.ok:
            raise UnansweredError(f"The other side does not answer (status {answer.status}).")
        return answer


def _json(answer: http.Answer | None) -> Any:
    if answer is None:
        return None
    try:
        return answer.json
    except http.FailedError as error:
        raise UnansweredError(_SAYS[error.failure]) from error


_SAYS = {
    http.Failure.UNKNOWN_NAME: "The name of the host is not known.",
    http.Failure.UNREACHABLE: "The other side cannot be reached.",
    http.Failure.INSECURE: "The certificate of the other side is not valid.",
    http.Failure.TIMEOUT: "The other side took too long.",
    http.Failure.TOO_LARGE: "The answer was too large.",
    http.Failure.REDIRECTED: "The other side sends us elsewhere, which is not followed.",
    http.Failure.NOT_JSON: "The answer was no JSON.",
    http.Failure.LEFT_ALONE: "It kept failing and is left alone for a minute.",
}
