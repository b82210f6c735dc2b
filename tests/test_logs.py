"""Nothing that must not be seen reaches a log line, whoever logs it and however."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import logs
from connector.secret import Secret

CANARIES = {
    "phone": "+6281234567890",
    "phone without plus": "6281234567890",
    "phone as people write it": "0812-3456-7890",
    "phone with blanks": "+62 812 3456 7890",
    "api key": "tgh_0Ab1Cd2Ef3Gh_" + "x1" * 20 + "_abc123",
    "meta token": "EAAGm0PX4ZCpsBAKZBoZC1234567890abcdefgh",
    "account number": "8277087781234567",
    "message id that holds a phone": "wamid.HBgNNjI4MTIzNDU2Nzg5MBUCABEYEjVGQTk=",
    "random token": "Zk3v9qLw2Xr7Tn5Bc8Hd1Mf4Jg6Ps0Vy_Ua-Ei3Oo",
}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    before = logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    logs.configure(secrets=[Secret("s3cret of mine")], stream=stream)
    yield stream
    logging.captureWarnings(False)
    logging.root.handlers[:], logging.root.level = before


@pytest.mark.parametrize("what", CANARIES)
def test_a_canary_is_masked_in_text_field_argument_and_traceback(lines: io.StringIO, what: str) -> None:
    canary = CANARIES[what]
    log = logging.getLogger("some.library")

    log.info(f"sending to {canary} now")
    log.info("sending to %s", canary)
    log.info("sent", extra={"path": f"/x/{canary}", "reason": canary})
    try:
        raise ValueError(canary)
    except ValueError:
        log.exception("it broke")

    assert canary not in lines.getvalue()
    assert len(lines.getvalue().splitlines()) == 4


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("GET https://sms.example/send?key=abc&to=1 200", "GET https://sms.example/send?*** 200"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("POST /in/key/9f8e7d6c/create_invoice", "POST /in/key/***/create_invoice"),
        ("GET /p/AbC123xyz", "GET /p/***"),
        ("postgresql://tagih:pass@db:5432/tagih", "postgresql://***@db:5432/tagih"),
        ("mail to siti@example.co.id", "mail to ***@***"),
        ("a secret: s3cret of mine", "a secret: ***"),
        ("due 2026-12-05 at 2026-12-05T09:00:00", "due 2026-12-05 at 2026-12-05T09:00:00"),
        ("step stp_01KC9A3DESQ0J4T8ZB6W2X is sent", "step stp_01KC9A3DESQ0J4T8ZB6W2X is sent"),
        ("amount 150000000 of 12", "amount ***0000 of 12"),
    ],
)
def test_what_is_masked_and_what_stays_readable(said: str, kept: str) -> None:
    assert logs.redact(said, ["s3cret of mine"]) == kept


def test_a_field_that_is_not_listed_is_left_out(lines: io.StringIO) -> None:
    logging.getLogger("connector.worker").info("sent", extra={"text": "Halo Ibu Siti", "channel": "sms"})

    line = lines.getvalue()

    assert "Halo" not in line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z INFO connector.worker sent channel=sms\n", line)


def test_a_library_with_a_handler_of_its_own_cannot_print_past_the_mask(lines: io.StringIO) -> None:
    own = io.StringIO()
    library = logging.getLogger("gunicorn.error")
    library.addHandler(logging.StreamHandler(own))
    library.propagate = False

    logs.configure(stream=lines)
    library.error("to +6281234567890")

    assert own.getvalue() == ""
    assert "***7890" in lines.getvalue()


@given(st.text(max_size=200))
def test_one_record_is_always_one_line(text: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, text, None, None)

    line = logs.OneLine().format(record)

    assert "\n" not in line and "\r" not in line


@given(st.from_regex(r"\+?[1-9][0-9]{8,14}", fullmatch=True), st.text(max_size=20))
def test_no_whole_phone_number_survives(phone: str, around: str) -> None:
    assert phone not in logs.redact(f"{around}{phone}{around}")
