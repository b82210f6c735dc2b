"""Every refusal, as a tree. Title, sentence and remedy lie in specs/problems.json under the code.

    Problem                 the request asks for something that cannot be done
    ├── Invalid       422   a field's value cannot be taken; `errors` names each field
    ├── NotFound      404   what is named does not exist
    ├── Conflict      409   it clashes with what is already there, or with the present state
    ├── Forbidden     403   the key may not do this
    ├── Unauthorized  401   no key, or one that is not known
    ├── TooLarge      413   more than the door takes
    ├── RateLimited   429   too many; `retry_after_s` says when again
    └── Unavailable   503   not now, through no fault of the caller

An expected ending (already recorded, opted out, case open) is a result, never a problem. The class gives the
status that a rule has in mind; where specs/problems.json says otherwise for the code, the specs win.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field's fault. `detail` is None when the code's sentence in specs/problems.json says it all.

    `params` fill that sentence where the problem's own would say something about another field.
    """

    field: str
    code: str
    detail: str | None = None
    params: Mapping[str, Any] | None = None


class Problem(Exception):
    """A refusal with a stable code; `params` fill the sentence: no secret, no full phone number."""

    status: ClassVar[int] = 400
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        code: str,
        *,
        field: str | None = None,
        params: Mapping[str, Any] | None = None,
        errors: Iterable[FieldError] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params: dict[str, Any] = dict(params or {})
        if field is not None:
            self.params.setdefault("field", field)
        own = (FieldError(field, code),) if field is not None else ()
        self.errors: tuple[FieldError, ...] = (*own, *errors)
        self.retry_after_s = retry_after_s

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, field={self.field!r})"


class Invalid(Problem):
    """A field's value cannot be taken."""

    status = 422


class NotFound(Problem):
    """What is named does not exist."""

    status = 404


class Conflict(Problem):
    """It clashes with what is already there, or with the present state."""

    status = 409


class Forbidden(Problem):
    """The key may not do this."""

    status = 403


class Unauthorized(Problem):
    """No key, or one that is not known."""

    status = 401


class TooLarge(Problem):
    """More than the door takes."""

    status = 413


class RateLimited(Problem):
    """Too many in a short time; `retry_after_s` says when again."""

    status = 429
    retryable = True


class Unavailable(Problem):
    """Not now, through no fault of the caller."""

    status = 503
    retryable = True


def required(field: str) -> Invalid:
    """A field that this request needs is missing or blank."""
    return Invalid("field_required", field=field)


def invalid(errors: Iterable[FieldError]) -> Invalid:
    """Several fields at once: the first one's code speaks for all, as long as there is only one.

    >>> invalid([FieldError("amount", "amount_invalid"), FieldError("due_date", "date_invalid")]).code
    'fields_invalid'
    """
    found = tuple(errors)
    code = found[0].code if len({error.code for error in found}) == 1 else "fields_invalid"
    params = {"field": ", ".join(error.field for error in found), "count": len(found)}
    return Invalid(code, errors=found, params=params)


def together(*readers: Callable[[], Any]) -> tuple[Any, ...]:
    """What each reader answers; the faults of all of them are told at once, so that one correction is enough.

    >>> together(lambda: 1, lambda: 2)
    (1, 2)
    """
    values: list[Any] = []
    faults: list[Invalid] = []
    for read in readers:
        try:
            values.append(read())
        except Invalid as fault:
            faults.append(fault)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise invalid(replace(error, params=fault.params) for fault in faults for error in fault.errors)
    return tuple(values)


def ambiguous(field: str, candidates: Iterable[str]) -> Invalid:
    """A reference that fits several things; `candidates` are ids or numbers, never phone numbers."""
    return Invalid("ambiguous", field=field, params={"candidates": ", ".join(candidates)})
