"""An account of the service; all clients of an account see the same projects and tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import unquote

from attrs import frozen

from paramcore.errors import InvalidSetting, ParamcoreError
from paramcore.service.requests import Response
from paramcore.service.standin.calls import Answer, Call, Context, RejectedCall, build_error_reply, build_reply
from paramcore.service.standin.faults import FAULT_HEADER, Fault, Faults
from paramcore.service.standin.ledger import Ledger, NotSaved
from paramcore.service.standin.routes import answer_call
from paramcore.service.standin.state import MAX_STATE_SIZE, Change


@frozen
class Result:
    """The reply to a request, and what the request did."""

    #: The reply; `None` if a fault drops it.
    response: Response | None
    #: What the request did, or why it was refused.
    reason: str

    @classmethod
    def refuse(cls, status: int, text: str, why: str = "") -> Result:
        """Return a result with an error reply in the service's format (E6); `why` replaces `text` in the reason."""
        return cls(build_error_reply(status, text), f"refused: {why or text}")


@frozen(eq=False)
class Account:
    """Answers the calls of an account, and saves their changes."""

    #: The name of the account's state in the ledger: `live` or `test`.
    world: str
    context: Context
    ledger: Ledger
    faults: Faults
    created_at: Callable[[], str | None]
    sleep: Callable[[float], object]

    def handle(
        self, method: str, path: str, query: Mapping[str, Sequence[str]], headers: Mapping[str, str], body: bytes
    ) -> Result:
        """Handle a call and return its result; `path` is the raw path below the base URL."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        # An empty value of a query parameter counts as absent (S2).
        given = {name: texts for name, values in query.items() if (texts := [text for text in values if text])}
        try:
            fault = self.faults.take(method, headers.get(FAULT_HEADER))
        except InvalidSetting as error:
            return Result.refuse(400, str(error))
        if fault is not None and fault.kind == "throttle":
            response = build_error_reply(429, "Too many requests.", {"retry-after": str(fault.seconds)})
            return Result(response, f"refused by the fault throttle={fault.seconds}")
        with self.ledger.lock:
            call = Call(method, path, parts, given, headers, body, self.created_at())
            result, changes = self._answer(call)
            entry = self.ledger.record(self.world, changes)
        try:
            self.ledger.wait(entry)
            if changes:
                self.ledger.on_saved()
        except NotSaved as error:
            return Result.refuse(500, f"the stand-in cannot save a change, so nothing changed: {error}")
        return result if fault is None else self._apply_fault(fault, result)

    def _answer(self, call: Call) -> tuple[Result, Sequence[Change]]:
        """Return the result of a call, and the changes to make."""
        try:
            answer = answer_call(self.context, call)
            self._check_size(answer)
            return Result(build_reply(200, answer.text), answer.reason), answer.changes
        except RejectedCall as error:
            return Result.refuse(error.status, str(error)), ()
        except ParamcoreError as error:
            return Result.refuse(400, str(error)), ()

    def _check_size(self, answer: Answer) -> None:
        state = self.context.state
        if answer.changes and state.size + state.measure_growth(answer.changes) > MAX_STATE_SIZE:
            limit = f"{MAX_STATE_SIZE // 2**20} MiB"
            raise RejectedCall(
                507, f"the stand-in is full: it keeps at most {limit} of data; restart it with an empty state"
            )

    def _apply_fault(self, fault: Fault, result: Result) -> Result:
        if fault.kind == "slow":
            self.sleep(fault.seconds)
            return Result(result.response, f"{result.reason} (slow by {fault.seconds} s)")
        if fault.kind == "drop":
            return Result(None, f"{result.reason} (the fault `drop` closed the connection)")
        # S6: the reply may have status 500 although the change was made. Its body may lack `status_code` (S5).
        response = build_reply(500, '{"error": "Internal server error."}')
        return Result(response, f"{result.reason} (the fault `error` replaced the reply)")
