"""The environment becomes one frozen value, or every fault is named at once."""

import dataclasses
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import environment
from connector.secret import Secret, secret_list, usable
from connector.settings import Settings, SettingsFaults
from connector.settings_checks import NAMES

LIVE = {
    "TAGIH_WHATSAPP_TOKEN": "EAAG-token-of-meta",
    "TAGIH_WHATSAPP_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "TAGIH_WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
    "TAGIH_WHATSAPP_VERIFY_TOKEN": "verify-me-please",
}


def faults_of(home: Path, **env: str) -> list[str]:
    with pytest.raises(SettingsFaults) as raised:
        Settings.load(env, home)
    return list(raised.value.faults)


def test_without_any_setting_it_is_the_sandbox_on_sqlite_in_the_home(tmp_path: Path) -> None:
    settings = Settings.load({}, tmp_path / "home")

    assert settings.mode == "sandbox"
    assert settings.database_url == f"sqlite:///{tmp_path}/home/tagih.db"
    assert settings.database_path == tmp_path / "home" / "tagih.db"
    assert (settings.bind_host, settings.bind_port) == ("127.0.0.1", 8080)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert (settings.zone, settings.country) == ("Asia/Jakarta", "ID")
    assert (settings.settle_seconds, settings.unknown_hold_seconds) == (300, 900)
    assert not settings.virtual_clock
    assert settings.whatsapp.base_url == "http://127.0.0.1:8080/emulator"


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = Settings.load({}, tmp_path)

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.bind_port = 1  # type: ignore[misc]


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        TAGIH_BIND="nowhere",
        TAGIH_TIMEZONE="Asia/Jkt",
        TAGIH_COUNTRY="Indonesia",
        TAGIH_CLOCK="yesterday",
        TAGIH_SETTLE_SECONDS="soon",
        TAGIH_DATABASE_URL="mysql://x",
        TAGIH_API_KEY="short",
        TAGIH_EXTRA_DIR="/no/such/folder",
        TAGIH_ALLOW_PRIVATE_HOOKS="*:5678",
    )

    assert {fault.split(":")[0] for fault in faults} == {
        "TAGIH_BIND",
        "TAGIH_TIMEZONE",
        "TAGIH_COUNTRY",
        "TAGIH_CLOCK",
        "TAGIH_SETTLE_SECONDS",
        "TAGIH_DATABASE_URL",
        "TAGIH_API_KEY",
        "TAGIH_EXTRA_DIR",
        "TAGIH_ALLOW_PRIVATE_HOOKS",
    }


def test_live_settings_that_are_whole_make_it_live(tmp_path: Path) -> None:
    settings = Settings.load(LIVE, tmp_path)

    assert settings.mode == "live"
    assert settings.whatsapp.messages_url == "https://graph.facebook.com/v23.0/106540352242922/messages"
    assert not list(tmp_path.glob("sandbox-*"))


@pytest.mark.parametrize("missing", ["APP_SECRET", "PHONE_NUMBER_ID", "VERIFY_TOKEN"])
@pytest.mark.parametrize("how", ["absent", "blank"])
def test_half_live_refuses_to_start(tmp_path: Path, missing: str, how: str) -> None:
    env = {name: value for name, value in LIVE.items() if not name.endswith(missing)}
    if how == "blank":
        env[f"TAGIH_WHATSAPP_{missing}"] = " "

    faults = faults_of(tmp_path, **env)

    assert any(f"TAGIH_WHATSAPP_{missing}" in fault for fault in faults)


@pytest.mark.parametrize(
    "name",
    [
        "TAGIH_WHATSAPP_TOKEN",
        "TAGIH_WHATSAPP_APP_SECRET",
        "TAGIH_WHATSAPP_VERIFY_TOKEN",
        "TAGIH_API_KEY",
        "TAGIH_SECRET_KEY",
        "TAGIH_SOURCE_MIDTRANS_SECRET",
    ],
)
@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_secret_is_refused_not_ignored(tmp_path: Path, name: str, blank: str) -> None:
    assert any(fault.startswith(f"{name}: is blank") for fault in faults_of(tmp_path, **{name: blank}))


def test_a_trailing_comma_adds_no_empty_secret(tmp_path: Path) -> None:
    env = {"TAGIH_SOURCE_MIDTRANS_SECRET": "first-secret-of-midtrans, second-secret-of-midtrans,, ,"}

    settings = Settings.load(env, tmp_path)

    assert [s.reveal() for s in settings.source_secrets["midtrans"]] == [
        "first-secret-of-midtrans",
        "second-secret-of-midtrans",
    ]


def test_a_short_secret_verifies_nothing_and_a_shortish_one_is_mentioned(tmp_path: Path) -> None:
    env = {"TAGIH_SOURCE_XERO_SECRET": "1234567", "TAGIH_SOURCE_STRIPE_SECRET": "123456789012"}

    settings = Settings.load(env, tmp_path)

    assert usable(settings.source_secrets["xero"]) == ()
    assert settings.warnings == (
        "TAGIH_SOURCE_STRIPE_SECRET has a secret below 16 characters: a longer one is safer",
        "TAGIH_SOURCE_XERO_SECRET has a secret below 8 characters: it verifies nothing",
    )


@given(st.text(max_size=60))
def test_no_list_of_secrets_ever_holds_an_empty_one(text: str) -> None:
    assert all(s.reveal().strip() for s in secret_list(text))
    assert all(len(s) >= 8 for s in usable(secret_list(text)))


def test_a_secret_is_never_seen(tmp_path: Path) -> None:
    env = LIVE | {
        "TAGIH_API_KEY": "the-first-admin-key",
        "TAGIH_DATABASE_URL": "postgresql://u:pass-word@h/d",
    }
    settings = Settings.load(env, tmp_path)

    seen = repr(settings) + str(settings) + f"{settings.whatsapp.token}"

    for value in (*(v for k, v in LIVE.items() if not k.endswith("_ID")), "the-first-admin-key", "pass-word"):
        assert value not in seen
    assert {s.reveal() for s in settings.secrets()} >= {LIVE["TAGIH_WHATSAPP_TOKEN"], "the-first-admin-key"}
    with pytest.raises(TypeError):
        Secret("x").__reduce__()


def test_a_value_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("an-admin-key-from-a-file\n")

    settings = Settings.load({"TAGIH_API_KEY_FILE": str(file)}, tmp_path)

    assert settings.api_key == Secret("an-admin-key-from-a-file")


def test_both_spellings_at_once_or_a_missing_file_are_faults(tmp_path: Path) -> None:
    both = faults_of(tmp_path, TAGIH_API_KEY="an-admin-key-of-mine", TAGIH_API_KEY_FILE="/no/such/file")
    missing = faults_of(tmp_path, TAGIH_API_KEY_FILE="/no/such/file")

    assert both == ["TAGIH_API_KEY and TAGIH_API_KEY_FILE are both set; keep one of them"]
    assert missing == ["TAGIH_API_KEY_FILE: /no/such/file cannot be read (FileNotFoundError)"]


def test_every_setting_may_come_from_a_file(tmp_path: Path) -> None:
    for name in NAMES - {"TAGIH_HOME"}:
        faults = faults_of(tmp_path, **{f"{name}_FILE": "/no/such/file"})
        assert f"{name}_FILE: /no/such/file cannot be read (FileNotFoundError)" in faults


def test_the_home_has_a_file_of_settings_that_the_environment_overrules(tmp_path: Path) -> None:
    (tmp_path / "tagih.env").write_text(
        '# port of this client\nTAGIH_BIND=127.0.0.1:8081\nTAGIH_COUNTRY="SG"\n'
    )

    settings = Settings.load({"TAGIH_COUNTRY": "MY"}, tmp_path)

    assert settings.bind_port == 8081
    assert settings.country == "MY"


def test_a_line_of_that_file_that_is_no_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "tagih.env").write_text("TAGIH_COUNTRY=SG\nwhat is this\n")

    assert faults_of(tmp_path) == [f"{tmp_path}/tagih.env:2: write NAME=value"]


def test_the_secrets_of_a_home_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"

    first, again = Settings.load({}, home), Settings.load({}, home)
    other = Settings.load({}, tmp_path / "other")

    assert first.secret_key == again.secret_key
    assert first.whatsapp.app_secrets == again.whatsapp.app_secrets
    assert first.secret_key != other.secret_key
    assert first.whatsapp.app_secrets != other.whatsapp.app_secrets
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    made = sorted(path.name for path in home.iterdir())
    assert made == ["sandbox-app-secret.key", "sandbox-verify-token.key", "secret.key"]
    assert all(stat.S_IMODE((home / name).stat().st_mode) == 0o600 for name in made)


def test_app_secret_and_verify_token_count_in_the_sandbox_too(tmp_path: Path) -> None:
    env = {
        "TAGIH_WHATSAPP_APP_SECRET": "app-secret-1,app-secret-2",
        "TAGIH_WHATSAPP_VERIFY_TOKEN": "verify-token",
    }

    settings = Settings.load(env, tmp_path)

    assert settings.is_sandbox
    assert [s.reveal() for s in settings.whatsapp.app_secrets] == ["app-secret-1", "app-secret-2"]
    assert settings.whatsapp.verify_token.reveal() == "verify-token"


@pytest.mark.parametrize(
    ("given", "start"),
    [
        ("virtual", None),
        ("virtual:2026-11-28T08:00+07:00", datetime(2026, 11, 28, 1, tzinfo=UTC)),
        ("virtual:2026-11-28T01:00:00Z", datetime(2026, 11, 28, 1, tzinfo=UTC)),
        ("virtual:2026-11-28T08:00", datetime(2026, 11, 28, 1, tzinfo=UTC)),  # local in TAGIH_TIMEZONE
        ("virtual:2026-11-28", datetime(2026, 11, 27, 17, tzinfo=UTC)),
    ],
)
def test_the_virtual_clock_has_a_start_and_nothing_settles(
    tmp_path: Path, given: str, start: datetime | None
) -> None:
    settings = Settings.load({"TAGIH_CLOCK": given}, tmp_path)

    assert (settings.virtual_clock, settings.clock_start) == (True, start)
    assert settings.settle_seconds == 0


@pytest.mark.parametrize("name", ["TAGIH_WHATSAPP_BASE_URL", "TAGIH_SMS_BASE_URL"])
def test_the_virtual_clock_never_meets_real_people(tmp_path: Path, name: str) -> None:
    faults = faults_of(tmp_path, TAGIH_CLOCK="virtual", **{name: "https://graph.facebook.com"})

    assert faults == [
        f"TAGIH_CLOCK: no virtual clock with {name} outside this machine: real people live there"
    ]


def test_live_settings_against_a_loopback_address_may_be_virtual(tmp_path: Path) -> None:
    env = LIVE | {"TAGIH_CLOCK": "virtual", "TAGIH_WHATSAPP_BASE_URL": "http://127.0.0.1:9000"}

    assert Settings.load(env, tmp_path).mode == "live"


def test_live_settings_with_the_virtual_clock_and_meta_are_refused(tmp_path: Path) -> None:
    assert any("TAGIH_CLOCK" in fault for fault in faults_of(tmp_path, **LIVE, TAGIH_CLOCK="virtual"))


def test_a_token_never_travels_in_the_clear(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, **LIVE, TAGIH_WHATSAPP_BASE_URL="http://graph.example")

    assert faults == ["TAGIH_WHATSAPP_BASE_URL: write https://; credentials would travel in the clear"]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("sqlite:///other.db", "sqlite:///{home}/other.db"),
        ("sqlite:////var/lib/tagih/x.db", "sqlite:////var/lib/tagih/x.db"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://tagih@/d?host=/run", "postgresql+psycopg://tagih@/d?host=/run"),
    ],
)
def test_database_addresses(tmp_path: Path, given: str, url: str) -> None:
    assert Settings.load({"TAGIH_DATABASE_URL": given}, tmp_path).database_url == url.format(home=tmp_path)


@pytest.mark.parametrize("given", ["sqlite://", "sqlite:///:memory:", "tagih.db", "mysql://h/d"])
def test_a_database_that_would_forget_or_is_unknown_is_refused(tmp_path: Path, given: str) -> None:
    assert faults_of(tmp_path, TAGIH_DATABASE_URL=given)[0].startswith(
        "TAGIH_DATABASE_URL: write sqlite:///FILE"
    )


@pytest.mark.parametrize("bind", ["127.0.0.1:8080", "0.0.0.0:9000", ":7000", "[::1]:8080", "localhost:1"])
def test_addresses_to_listen_on(bind: str) -> None:
    assert environment.bind(bind)[1] > 0


@pytest.mark.parametrize("bind", ["", "8080x", "host:", "host:0", "host:65536", "a b:80", "host:٣", "-x:80"])
def test_addresses_that_cannot_be_listened_on(bind: str) -> None:
    with pytest.raises(ValueError):
        environment.bind(bind)


def test_private_hooks_are_exact_hosts_with_ports(tmp_path: Path) -> None:
    settings = Settings.load({"TAGIH_ALLOW_PRIVATE_HOOKS": "N8N:5678, 10.0.0.5:443"}, tmp_path)

    assert settings.private_hooks == {"n8n:5678", "10.0.0.5:443"}


def test_a_misspelt_setting_is_mentioned_with_its_neighbour(tmp_path: Path) -> None:
    settings = Settings.load({"TAGIH_TIMEZNE": "Asia/Jakarta", "PATH": "/bin"}, tmp_path)

    assert settings.warnings == ("TAGIH_TIMEZNE is not a setting of Tagih; TAGIH_TIMEZONE?",)


def test_a_home_that_cannot_be_made_is_one_clear_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsFaults, match=re.escape("TAGIH_HOME:")):
        Settings.load({}, tmp_path / "file" / "home")
