"""Bad input at every door is a problem with a code and a remedy, soon, in both languages, on both databases."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import traps
from running import Home, problem_of

SOON_S = 0.25  # 50 ms on a quiet machine (T-48); the trap costs 25 s, and the tests share two cores
FREE_TEXTS = frozenset({"description", "note", "reason", "customer_name", "name"})


def ask(
    home: Home, action: str, body: str | bytes, *, language: str = "en", **headers: str
) -> httpx.Response:
    """One call with exactly this body."""
    given = {"Content-Type": "application/json", **headers}
    client = home.client(language=language)
    return client.post(f"/v1/actions/{action}", content=body, headers=given)


def refused_soon(call: Callable[[], httpx.Response], *, code: str | None = None) -> dict[str, Any]:
    """The problem, which must come within 50 ms; a machine that was busy gets another chance."""
    fastest = 9.0
    for _ in range(6):
        began = time.perf_counter()
        answer = call()
        fastest = min(fastest, time.perf_counter() - began)
        found = problem_of(answer, code)
        if fastest < SOON_S:
            return found
    raise AssertionError(f"{answer.request.url}: {fastest * 1000:.0f} ms")


def specs(home: Home) -> dict[str, dict[str, Any]]:
    """Every action with its input schema and its example, as the running server tells them."""
    document = home.client().get("/openapi.json").json()
    found = {}
    for path, verbs in document["paths"].items():
        if path.startswith("/v1/actions/"):
            body = verbs["post"]["requestBody"]["content"]["application/json"]
            found[path.rpartition("/")[2]] = {"input": body["schema"], "example": body["example"]}
    return found


def kinds(field: dict[str, Any]) -> set[str]:
    given = field.get("type", [])
    return {given} if isinstance(given, str) else set(given)


# --- fields ---------------------------------------------------------------------------------------------------


def test_each_required_field_that_is_missing_null_or_blank_is_named(on_sqlite: Home) -> None:
    for action, spec in specs(on_sqlite).items():
        for field in spec["input"]["required"]:
            for value in (..., None, "", "  "):
                given = {k: v for k, v in spec["example"].items() if k != field}
                if value is not ...:
                    given[field] = value

                found = refused_soon(lambda a=action, g=given: ask(on_sqlite, a, json.dumps(g)))

                assert ("field_required", field) in [(e["code"], e["field"]) for e in found["errors"]], (
                    action,
                    found,
                )


def test_one_of_the_references_is_needed_where_several_would_do(on_sqlite: Home) -> None:
    for action, spec in specs(on_sqlite).items():
        names = [choice["required"][0] for choice in spec["input"].get("anyOf", ())]
        given = {k: v for k, v in spec["example"].items() if k not in names}
        if names:
            found = refused_soon(
                lambda a=action, g=given: ask(on_sqlite, a, json.dumps(g)), code="one_of_required"
            )
            assert all(name in found["detail"] for name in names)


def _wrong(field: dict[str, Any]) -> Iterator[Any]:
    """Values of every kind that this field does not take."""
    allowed = kinds(field)
    values = {
        "string": "not so",
        "integer": 7,
        "number": 1.5,
        "boolean": True,
        "array": ["x"],
        "object": {"x": []},
    }
    for kind, value in values.items():
        if kind not in allowed and not (kind == "integer" and "number" in allowed):
            yield value


def test_each_field_of_a_wrong_type_is_named_in_both_languages(on_sqlite: Home) -> None:
    for action, spec in specs(on_sqlite).items():
        for field, schema in spec["input"]["properties"].items():
            for value in _wrong(schema):
                body = json.dumps(spec["example"] | {field: value, "dry_run": True} | {field: value})

                told = {
                    language: refused_soon(
                        lambda a=action, b=body, s=language: ask(on_sqlite, a, b, language=s)
                    )
                    for language in ("id", "en")
                }

                assert told["id"]["detail"] != told["en"]["detail"], (action, field)
                assert told["id"]["title"] != told["en"]["title"], (action, field)
                assert field in [e["field"].split(".")[0] for e in told["en"]["errors"]], (
                    action,
                    field,
                    told,
                )


def test_a_field_that_nobody_knows_is_named_with_the_likely_one(on_sqlite: Home) -> None:
    for action, spec in specs(on_sqlite).items():
        field = next(iter(spec["input"]["properties"]))
        body = json.dumps(spec["example"] | {f"{field}x": "1", "dry_run": True})

        found = refused_soon(lambda a=action, b=body: ask(on_sqlite, a, b), code="field_unknown")

        assert f"Did you mean {field}?" in found["detail"]


def test_ids_that_are_nobodys_are_refused(served: Home) -> None:
    references = ("invoice", "customer", "case", "promise", "template", "recipe")
    strange = ("nobody", "inv_01ARZ3NDEKTSV4RRFFQ69G5FAV", "'; --", "%", "_", "+6281999999999", "é" * 50)
    for action, spec in specs(served).items():
        for field in set(references) & set(spec["input"]["properties"]) & set(spec["example"]):
            for value in strange:
                body = json.dumps(spec["example"] | {field: value, "dry_run": True})
                if spec["input"]["properties"].get("dry_run") is None:
                    body = json.dumps(spec["example"] | {field: value})

                found = refused_soon(lambda a=action, b=body: ask(served, a, b))

                assert found["status"] in (404, 409, 422), (action, found)


# --- numbers, phones, dates -----------------------------------------------------------------------------------

DOORS: dict[tuple[str, str], list[str]] = {
    ("create_invoice", "amount"): traps.AMOUNTS,
    ("mark_paid", "amount"): traps.AMOUNTS,
    ("update_invoice", "amount"): traps.AMOUNTS,
    ("create_invoice", "customer_phone"): traps.PHONES,
    ("upsert_customer", "customer_phone"): traps.PHONES,
    ("create_invoice", "due_date"): traps.DATES,
    ("record_promise", "promise_date"): traps.DATES,
    ("mark_paid", "paid_on"): traps.DATES,
    ("find_invoices", "due_from"): [d for d in traps.DATES if d not in ('"0001-01-01"', '"9999-12-31"')],
}


def trap_bodies(spec: dict[str, Any], field: str, own: list[str]) -> Iterator[str]:
    # With its reference a payment comes from a tool, whose fractions of a rupiah are kept.
    rest = {k: v for k, v in spec["example"].items() if k not in (field, "payment_ref")}
    if "dry_run" in spec["input"]["properties"]:
        rest["dry_run"] = True
    for value in (*traps.everywhere(), *own):
        yield json.dumps(rest)[:-1] + f', "{field}": {value}}}'


@pytest.mark.parametrize(("action", "field"), DOORS, ids=[".".join(door) for door in DOORS])
def test_two_hundred_traps_are_refused_soon_and_never_echoed(served: Home, action: str, field: str) -> None:
    spec = specs(served)[action]
    bodies = [b.replace("{, ", "{") for b in trap_bodies(spec, field, DOORS[action, field])]
    assert len(bodies) >= 200

    for number, body in enumerate(bodies):
        language = ("en", "id")[number % 2]
        found = refused_soon(lambda b=body, s=language: ask(served, action, b, language=s))

        assert found["status"] in (400, 422), (body[-80:], found)
        assert found["code"] == "body_not_json" or field in [e["field"] for e in found["errors"]], (
            body[-80:],
            found,
        )
        assert "999999999" not in found["detail"], found


def test_the_other_doors_refuse_traps_too(served: Home) -> None:
    client = served.client()
    texts = [json.loads(value) for value in traps.everywhere() if value[0] == '"' and "\\ud" not in value[:4]]
    calls: list[tuple[str, str, dict[str, Any]]] = []
    for text in texts:
        calls += [
            ("GET", "/v1/events", {"params": {"after": text}}),
            ("GET", "/v1/events", {"params": {"limit": text}}),
            ("GET", "/v1/events", {"params": {"type": text}}),
            ("POST", "/v1/recipes/kost/simulate", {"json": {"amount": text}}),
            ("POST", "/v1/recipes/kost/simulate", {"json": {"due_date": text}}),
            ("POST", "/v1/sandbox/clock", {"json": {"advance": text}}),
            ("POST", "/v1/sandbox/clock", {"json": {"to": text}}),
            ("POST", "/v1/sandbox/faults", {"json": {"kind": "late", "next": text}}),
        ]
    for method, path, more in calls:
        found = refused_soon(lambda m=method, p=path, x=more: client.request(m, p, **x))
        assert found["status"] in (400, 404, 422), (path, more, found)


def test_a_spreadsheet_of_traps_is_refused_row_by_row(served: Home) -> None:
    values = [json.loads(v) for v in (*traps.everywhere(), *traps.AMOUNTS) if v[0] == '"' and "\\ud" not in v]
    values = [v for v in values if not {"\x00", "\n", "\r"} & set(v) and len(v) < 500 and v.strip()]
    values.remove("'1500000")  # Excel's own mark for text, which people's files are full of
    rows = [
        f'"Orang {n}",0812{n:08d},"{v}",2026-12-05,TRAP-{n}' for n, v in enumerate(values) if '"' not in v
    ]
    text = "\n".join(["Nama,No HP,Jumlah,Jatuh Tempo,No Tagihan", *rows])

    answer = served.client().post("/v1/imports", files={"file": ("traps.csv", text.encode())})

    assert answer.status_code == 200, answer.text
    taken = [row for row in answer.json()["rows"] if row["ok"]]
    assert [row["invoice"]["amount"] for row in taken] == []
    assert all(error["code"] and error["detail"] for row in answer.json()["rows"] for error in row["errors"])


# --- whole bodies ---------------------------------------------------------------------------------------------

BODIES: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"amount=1", "body_not_json"),
    "cut off": (b'{"invoice": "A3-2026', "body_not_json"),
    "a list": (b"[]", "body_not_json"),
    "a text": (b'"x"', "body_not_json"),
    "a number": (b"1", "body_not_json"),
    "null": (b"null", "body_not_json"),
    "NaN": (b'{"invoice": NaN}', "body_not_json"),
    "the same key twice": (b'{"invoice": "A3-2026-12", "invoice": "A1-2026-12"}', "body_not_json"),
    "the same key twice, deep inside": (
        b'{"invoice": "A3-2026-12", "extra": {"a": 1, "a": 2}}',
        "body_not_json",
    ),
    "nested 65 deep": (b'{"extra":' * 65 + b"1" + b"}" * 65, "body_not_json"),
    "nested 80,000 deep": (b"[" * 80_000, "body_not_json"),
    "not UTF-8": (b'{"invoice": "\xff\xfe"}', "body_not_json"),
    "UTF-16": ('{"invoice": "A3"}'.encode("utf-16"), "body_not_json"),
    "with a mark in front": (b"\xef\xbb\xbf{}", "body_not_json"),
    "half of a pair": (b'{"invoice": "\\ud800"}', "body_not_json"),
    "NUL": (b'{"invoice": "A3\\u0000"}', "body_not_json"),
    "huge": (b'{"invoice": "' + b"x" * 300_000 + b'"}', "body_too_large"),
    "many keys": (json.dumps({f"k{n}": n for n in range(5000)}).encode(), "fields_invalid"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_none_is_refused_at_every_action(on_sqlite: Home, name: str) -> None:
    raw, code = BODIES[name]
    # A whole sheet as rows may be larger than any other body: 8 MB.
    takes_more = {"import_rows"} if name == "huge" else set()
    for number, action in enumerate(sorted(set(specs(on_sqlite)) - takes_more)):
        language = ("en", "id")[number % 2]
        found = refused_soon(lambda a=action, s=language: ask(on_sqlite, a, raw, language=s))
        assert found["code"] == code or (code == "fields_invalid" and found["code"] == "field_unknown"), found


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", "",
     "application/json; charset=latin-1", "application/xml", "application/json, text/plain"],
)  # fmt: skip
def test_another_content_type_is_refused(on_sqlite: Home, content_type: str) -> None:
    body = b'{"invoice": "A3-2026-12"}'
    headers = {"Content-Type": content_type}

    found = refused_soon(
        lambda: on_sqlite.client().post("/v1/actions/get_invoice", content=body, headers=headers)
    )

    assert (found["status"], found["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity", "GZIP"])
def test_a_packed_body_is_refused_unopened(on_sqlite: Home, encoding: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)

    found = refused_soon(
        lambda: ask(on_sqlite, "get_invoice", bomb[:50_000], **{"Content-Encoding": encoding})
    )

    assert found["code"] == "unsupported_media_type"


def test_a_body_without_a_length_is_capped_like_any_other(on_sqlite: Home) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"invoice": "'
        for _ in range(40):
            yield b"x" * 10_000
        yield b'"}'

    answer = on_sqlite.client().post(
        "/v1/actions/get_invoice", content=pieces(), headers={"Content-Type": "application/json"}
    )

    assert problem_of(answer, "body_too_large")["status"] == 413


# --- other doors ----------------------------------------------------------------------------------------------


def test_imports_recipes_and_the_rest_refuse_what_they_cannot_take(served: Home) -> None:
    client = served.client()
    sheet = {"file": ("a.csv", b"Nama,No HP,Jumlah,Jatuh Tempo\nA,0812,1,2026-12-05\n")}
    yaml = {"Content-Type": "application/yaml"}
    bomb = b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/v1/imports", {}),
        ("POST", "/v1/imports", {"json": {}}),
        ("POST", "/v1/imports", {"data": {"file": "x"}}),
        ("POST", "/v1/imports", {"files": {"other": ("a.csv", b"x")}}),
        ("POST", "/v1/imports", {"files": {"file": ("a.csv", b"")}}),
        ("POST", "/v1/imports", {"files": {"file": ("a.csv", b"\x00" * 100)}}),
        ("POST", "/v1/imports", {"files": {"file": ("a.xlsx", b"PK\x03\x04 no workbook")}}),
        ("POST", "/v1/imports", {"files": {"file": ("a.pdf", b"%PDF-1.7")}}),
        ("POST", "/v1/imports", {"files": {"file": ("a.csv", b"only,one,line")}}),
        ("POST", "/v1/imports", {"files": sheet, "data": {"list": "../../x"}}),
        ("POST", "/v1/imports", {"files": sheet, "data": {"list": "x" * 500}}),
        ("POST", "/v1/imports", {"files": sheet, "data": {"today": "tomorrow"}}),
        ("POST", "/v1/imports", {"files": sheet, "data": {"date_order": "YDM"}}),
        ("POST", "/v1/imports", {"files": sheet, "data": {"currency": "RUPIAH"}}),
        ("POST", "/v1/imports", {"files": sheet, "data": {"country": "Indonesia"}}),
        ("GET", "/v1/imports/imp_nobody", {}),
        ("POST", "/v1/imports/imp_nobody/apply", {"json": {"preview_version": "x"}}),
        ("POST", "/v1/imports/imp_nobody/apply", {"json": {}}),
        ("POST", "/v1/imports/imp_nobody/apply", {"json": {"preview_version": "x", "begin": True}}),
        ("POST", "/v1/imports/imp_nobody/apply", {"json": {"preview_version": "x", "accept": "some"}}),
        ("POST", "/v1/imports/imp_nobody/apply", {"json": {"preview_version": "x", "accept": [True]}}),
        ("POST", "/v1/imports/imp_nobody/apply", {"json": {"preview_version": "x", "start": "yes"}}),
        ("POST", "/v1/imports/imp_nobody/undo", {}),
        ("GET", "/v1/imports/imp_nobody/rejected.csv", {}),
        ("DELETE", "/v1/imports/imp_nobody", {}),
        ("POST", "/v1/recipes", {"content": b"x", "headers": {"Content-Type": "application/zip"}}),
        ("POST", "/v1/recipes", {"content": b"", "headers": yaml}),
        ("POST", "/v1/recipes", {"content": b"\xff\xfe", "headers": yaml}),
        ("POST", "/v1/recipes", {"content": b"x: &a [*a]", "headers": yaml}),
        ("POST", "/v1/recipes", {"content": bomb, "headers": yaml}),
        ("POST", "/v1/recipes", {"content": b"[" * 3000, "headers": yaml}),
        ("POST", "/v1/recipes", {"content": b"recipe: a\nrecipe: b\n", "headers": yaml}),
        ("POST", "/v1/recipes", {"content": b"recipe: !!python/object:os.system {}", "headers": yaml}),
        ("POST", "/v1/recipes", {"content": b"x" * 70_000, "headers": yaml}),
        ("POST", "/v1/recipes/nobody/simulate", {"json": {}}),
        ("POST", "/v1/recipes/kost/simulate", {"json": {"amount": True}}),
        ("POST", "/v1/recipes/kost/simulate", {"json": {"sum": "1"}}),
        ("GET", "/v1/specs/actions/nobody", {}),
        ("GET", "/v1/specs/triggers/nobody", {}),
        ("GET", "/v1/triggers/nobody/samples", {}),
        ("GET", "/v1/options/nobody", {}),
        ("GET", "/v1/options/template_fields", {}),
        ("GET", "/v1/options/template_fields?template=nobody", {}),
        ("POST", "/v1/actions/nobody", {"json": {}}),
        ("GET", "/v1/nowhere", {}),
        ("GET", "/nowhere", {}),
        ("PUT", "/v1/me", {}),
        ("DELETE", "/v1/actions/get_invoice", {}),
        ("POST", "/v1/sandbox/clock", {"json": {}}),
        ("POST", "/v1/sandbox/clock", {"json": {"advance": "P1D", "to": "2027-01-01T00:00:00Z"}}),
        ("POST", "/v1/sandbox/clock", {"json": {"to": "2020-01-01T00:00:00Z"}}),
        ("POST", "/v1/sandbox/clock", {"json": {"advance": "P99999D"}}),
        ("POST", "/v1/sandbox/power", {"json": {"on": "yes"}}),
        ("POST", "/v1/sandbox/faults", {"json": {}}),
        ("POST", "/v1/sandbox/faults", {"json": {"kind": "nothing"}}),
        ("POST", "/v1/sandbox/faults", {"json": {"kind": "late", "rate": 2}}),
        ("POST", "/v1/sandbox/faults", {"json": {"kind": "late", "phone": {}}}),
        ("POST", "/v1/sandbox/reply", {"json": {"phone": "+6281234567890"}}),
        ("POST", "/v1/sandbox/reply", {"json": {"phone": "nobody", "text": "x"}}),
        ("POST", "/v1/sandbox/reply", {"json": {"phone": "+6281234567890", "button": "no-such-button"}}),
        ("GET", "/v1/sandbox/phones/nobody", {}),
    ]
    for method, path, more in wrong:
        problem_of(client.request(method, path, **more))


def test_a_strange_host_header_is_refused(on_sqlite: Home) -> None:
    answer = on_sqlite.client().get("/v1/me", headers={"Host": "evil.example"})

    problem_of(answer, "header_invalid")


# --- keys -----------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_below_v1_answers_and_nothing_is_learnt(on_sqlite: Home) -> None:
    paths = ("/v1/me", "/v1/specs", "/v1/nowhere", "/v1/events", "/v1/actions/nobody", "/v1/imports/imp_1")
    stranger = on_sqlite.client(None)

    answers = [stranger.get(path) for path in paths]

    assert {problem_of(answer)["code"] for answer in answers} == {"unauthorized"}
    assert all(answer.headers["WWW-Authenticate"].startswith("Bearer") for answer in answers)


def test_a_flood_of_wrong_keys_is_slowed_down_and_locks_nobody_out(make_home: Callable[..., Home]) -> None:
    home = make_home().serve()  # of its own: its strangers are refused for a while
    guesser = home.client("a-wrong-key-0123456789")

    answers = [guesser.get("/v1/me") for _ in range(120)]
    owner = home.client().get("/v1/me")

    assert {answer.status_code for answer in answers} == {401, 429}
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 429)
    assert owner.status_code == 200


def test_a_key_that_may_read_changes_nothing(on_sqlite: Home) -> None:
    reader = on_sqlite.client(on_sqlite.done("keys", "create", "reader", "--preset", "read").strip())
    before = on_sqlite.count("SELECT count(*) FROM audit")

    for action, spec in specs(on_sqlite).items():
        answer = reader.post(f"/v1/actions/{action}", json=spec["example"])
        if "dry_run" in spec["input"]["properties"]:
            assert problem_of(answer, "forbidden")["status"] == 403, action
        else:
            assert answer.status_code == 200, (action, answer.text)

    assert on_sqlite.count("SELECT count(*) FROM audit") == before
    for method, path in (("POST", "/v1/imports"), ("POST", "/v1/recipes"), ("POST", "/v1/sandbox/clock")):
        problem_of(reader.request(method, path), "forbidden")
