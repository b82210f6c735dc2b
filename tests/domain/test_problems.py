"""Refusals carry a code and their fields, and say nothing that is secret."""

import pytest

from connector.domain import problems
from connector.domain.problems import FieldError, Invalid, NotFound, Problem, RateLimited


def test_a_problem_with_a_field_names_it_in_errors_and_params() -> None:
    problem = Invalid("amount_invalid", field="amount", params={"given": "abc"})

    assert problem.errors == (FieldError("amount", "amount_invalid"),)
    assert problem.params == {"given": "abc", "field": "amount"}


def test_the_repr_holds_no_params() -> None:
    problem = Invalid("phone_invalid", field="phone", params={"given": "+6281234567890"})

    assert "6281234567890" not in repr(problem) + str(problem)


def test_faults_of_one_sort_keep_their_code_and_mixed_ones_share_one() -> None:
    alike = problems.invalid([FieldError("a", "field_required"), FieldError("b", "field_required")])
    mixed = problems.invalid([FieldError("a", "field_required"), FieldError("b", "date_invalid")])

    assert (alike.code, mixed.code) == ("field_required", "fields_invalid")
    assert mixed.params["field"] == "a, b"


@pytest.mark.parametrize("kind", Problem.__subclasses__())
def test_the_tree_is_one_deep_and_every_branch_is_drawn(kind: type[Problem]) -> None:
    assert kind.__subclasses__() == []
    assert f"{kind.__name__} " in (problems.__doc__ or "")
    assert str(kind.status) in (problems.__doc__ or "")


def test_helpers_say_what_is_missing_or_ambiguous() -> None:
    assert problems.required("invoice").errors == (FieldError("invoice", "field_required"),)
    assert problems.ambiguous("customer", ["cus_1", "cus_2"]).params["candidates"] == "cus_1, cus_2"
    assert NotFound("x").retryable is False and RateLimited("y", retry_after_s=3).retry_after_s == 3
