"""Turns every refusal into application/problem+json (RFC 9457), in the caller's language."""

import json
import math

from flask import Response
from werkzeug.exceptions import HTTPException

from connector.domain.problems import NotFound, Problem, TooLarge
from connector.specs import Catalog

# What Flask and Werkzeug raise on their own, in our words.
_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}
_CLASSES = {404: NotFound, 413: TooLarge}


def of_http(error: HTTPException, method: str) -> Problem:
    """The problem behind an exception of the framework."""
    status = error.code or 500
    code = _CODES.get(status, "header_invalid" if status < 500 else "internal")
    params = {"method": method, "limit": "20 MB", "header": "of the request"}
    return _CLASSES.get(status, Problem)(code, params=params)


def response_of(catalog: Catalog, problem: Problem, *, language: str, request_id: str) -> Response:
    """The whole answer with its headers."""
    body = catalog.problem_body(problem, language=language, request_id=request_id)
    text = json.dumps(body, ensure_ascii=False)
    response = Response(text, status=body["status"], content_type="application/problem+json")
    response.headers["Content-Language"] = language
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(problem.retry_after_s)))
    if body["status"] == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="tagih"'
    return response
