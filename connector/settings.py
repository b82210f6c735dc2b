"""Turns the environment into one frozen Settings, or names every fault at once (see docs/settings.md)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from connector import environment as read
from connector import settings_checks as checks
from connector.environment import Environment
from connector.home import HomeFault, env_file, home_of, kept_secret, make_home
from connector.secret import SHORTEST_USABLE, Secret

META = "https://graph.facebook.com"
GRAPH_VERSION = "v23.0"
SANDBOX_PHONE_NUMBER_ID = "100000000000001"
SANDBOX_WABA_ID = "200000000000002"
SHORTEST_KEY = 16
DATABASE_FILE = "tagih.db"
DAY_STARTS, DAY_STARTS_LATEST = time(7), time(20)


class SettingsFaults(Exception):
    """The settings are not usable; `faults` has one sentence for each reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """Our own number at Meta, or at the emulator while `token` is missing."""

    token: Secret | None
    phone_number_id: str
    waba_id: str | None
    app_secrets: tuple[Secret, ...]
    verify_token: Secret
    base_url: str
    graph_version: str

    @property
    def messages_url(self) -> str:
        return f"{self.base_url}/{self.graph_version}/{self.phone_number_id}/messages"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment decides. Secrets have no repr."""

    home: Path
    database_url: str = field(repr=False)  # may carry a password
    bind_host: str
    bind_port: int
    public_url: str
    api_key: Secret | None
    secret_key: Secret
    virtual_clock: bool
    clock_start: datetime | None  # of a new database
    zone: str
    country: str
    business_name: str | None
    relationship: str | None
    settle_seconds: int
    unknown_hold_seconds: int
    day_starts: time
    whatsapp: WhatsApp
    sms_provider: str | None
    sms: Mapping[str, Secret]  # TAGIH_SMS_<NAME>: what the chosen gateway's spec asks for
    source_secrets: Mapping[str, tuple[Secret, ...]]  # by tool: "midtrans"
    private_hooks: frozenset[str]
    extra_dir: Path | None
    warnings: tuple[str, ...] = ()

    @property
    def mode(self) -> Literal["sandbox", "live"]:
        """Live exactly when a WhatsApp token is set."""
        return "sandbox" if self.whatsapp.token is None else "live"

    @property
    def is_sandbox(self) -> bool:
        return self.mode == "sandbox"

    @property
    def database_path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None

    @property
    def local_url(self) -> str:
        """Where this machine reaches our own web process."""
        return _local_url(self.bind_host, self.bind_port)

    @property
    def path_prefix(self) -> str:
        """The path of the public address: "" or "/melati"."""
        return urlsplit(self.public_url).path

    def secrets(self) -> tuple[Secret, ...]:
        """Every secret in here, for the log's redaction."""
        single = (
            self.api_key,
            self.secret_key,
            self.whatsapp.token,
            self.whatsapp.verify_token,
            *self.sms.values(),
        )
        lists = (self.whatsapp.app_secrets, *self.source_secrets.values())
        return tuple(secret for secret in (*single, *(s for group in lists for s in group)) if secret)

    @classmethod
    def load(cls, env: Mapping[str, str], home: Path | str | None = None) -> "Settings":
        """The settings of a home: the environment, and below it the home's `tagih.env`.

        Makes the home and its own secrets when they are missing. Raises SettingsFaults with every fault.
        """
        folder = home_of(env, home)
        try:
            make_home(folder)
            merged = {**_without_overruled(env_file(folder), env), **env}
        except HomeFault as fault:
            raise SettingsFaults([str(fault)]) from fault
        return _settings(Environment(merged), folder)


def _without_overruled(file: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """The entries of the home's file that the environment sets in neither of the two spellings."""
    overruled = {name.removesuffix("_FILE") for name in env}
    return {name: value for name, value in file.items() if name.removesuffix("_FILE") not in overruled}


def close_files_to_others() -> None:
    """Makes every file of this process readable by its owner only."""
    os.umask(0o077)


def _settings(env: Environment, home: Path) -> Settings:
    """Reads everything, then judges what belongs together, then speaks of all faults at once."""
    zone = env.value("TAGIH_TIMEZONE", read.zone_name, "Asia/Jakarta")
    now: tuple[bool, datetime | None] = (False, None)
    virtual, start = env.value("TAGIH_CLOCK", lambda text: _clock(text, zone), now)
    host, port = env.value("TAGIH_BIND", read.bind, ("127.0.0.1", 8080))
    whatsapp = _whatsapp(env, home, _local_url(host, port))
    extra = env.value("TAGIH_EXTRA_DIR", lambda text: _folder(home, text), None)
    sources = {tool: env.secrets(name) for tool, name in checks.source_names(env)}
    sms = {key: secret for key, name in checks.sms_names(env) if (secret := env.secret(name))}
    addresses = {"TAGIH_WHATSAPP_BASE_URL": whatsapp.base_url}
    if "base_url" in sms:
        addresses["TAGIH_SMS_BASE_URL"] = sms["base_url"].reveal()
    checks.judge_addresses(env, addresses, virtual=virtual)
    named = {f"TAGIH_SOURCE_{tool.upper()}_SECRET": secrets for tool, secrets in sources.items()}
    named["TAGIH_WHATSAPP_APP_SECRET"] = whatsapp.app_secrets
    settings = Settings(
        home=home,
        database_url=env.value(
            "TAGIH_DATABASE_URL", lambda text: _database(text, home), f"sqlite:///{home / DATABASE_FILE}"
        ),
        bind_host=host,
        bind_port=port,
        public_url=env.value("TAGIH_PUBLIC_URL", read.web_address, _local_url(host, port)),
        api_key=env.secret("TAGIH_API_KEY", at_least=SHORTEST_KEY),
        secret_key=env.secret("TAGIH_SECRET_KEY", at_least=SHORTEST_KEY) or _kept(env, home, "secret.key"),
        virtual_clock=virtual,
        clock_start=start,
        zone=zone,
        country=env.value(
            "TAGIH_COUNTRY", read.matching("[A-Z]{2}", "write two capital letters, like ID"), "ID"
        ),
        business_name=env.text("TAGIH_BUSINESS_NAME"),
        relationship=env.value("TAGIH_RELATIONSHIP", read.one_of(["first_party"]), None),
        settle_seconds=env.value("TAGIH_SETTLE_SECONDS", read.whole_number(0, 86_400), 0 if virtual else 300),
        unknown_hold_seconds=env.value("TAGIH_UNKNOWN_HOLD_SECONDS", read.whole_number(0, 604_800), 900),
        day_starts=env.value("TAGIH_DAY_STARTS", read.time_of_day(DAY_STARTS, DAY_STARTS_LATEST), DAY_STARTS),
        whatsapp=whatsapp,
        sms_provider=env.value(
            "TAGIH_SMS_PROVIDER", read.matching("[a-z0-9_]+", "write the name of a gateway"), None
        ),
        sms=sms,
        source_secrets=sources,
        private_hooks=env.value("TAGIH_ALLOW_PRIVATE_HOOKS", read.hosts_and_ports, frozenset()),
        extra_dir=extra,
        warnings=(*checks.unknown_names(env), *checks.short_secrets(named)),
    )
    if env.faults:
        raise SettingsFaults(env.faults)
    return settings


def _clock(text: str, zone: str) -> tuple[bool, datetime | None]:
    if text == "system":
        return False, None
    word, colon, at = text.partition(":")
    if word != "virtual" or (colon and not at):
        raise ValueError("write system, virtual, or virtual: and an ISO time")
    return True, read.instant(at, zone) if at else None


def _database(text: str, home: Path) -> str:
    """The URL as SQLAlchemy takes it; a relative SQLite file lies in the home."""
    scheme, found, rest = text.partition("://")
    if scheme == "sqlite":
        name = rest.removeprefix("/")
        if not rest.startswith("/") or not name or name.startswith(":memory:") or "?" in name:
            raise ValueError("write sqlite:///FILE; the database must be a file")
        return f"sqlite:///{home / name}"
    if scheme in ("postgres", "postgresql", "postgresql+psycopg") and found and rest:
        return f"postgresql+psycopg://{rest}"
    raise ValueError("write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")


def _folder(home: Path, text: str) -> Path | None:
    path = home / Path(text).expanduser()
    if not path.is_dir():
        raise ValueError(f"{path} is no folder")
    return path


def _local_url(host: str, port: int) -> str:
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reached}:{port}"


def _kept(env: Environment, home: Path, name: str) -> Secret:
    try:
        return Secret(kept_secret(home, name))
    except HomeFault as fault:
        env.fault(str(fault))
        return Secret("")


def _whatsapp(env: Environment, home: Path, own_url: str) -> WhatsApp:
    """With a token everything must be there; without one the sandbox has random secrets of its own."""
    token = env.secret("TAGIH_WHATSAPP_TOKEN")
    app_secrets = env.secrets("TAGIH_WHATSAPP_APP_SECRET", at_least=SHORTEST_USABLE)
    verify_token = env.secret("TAGIH_WHATSAPP_VERIFY_TOKEN", at_least=SHORTEST_USABLE)
    digits = read.matching("[0-9]{3,20}", "write the number's id in digits, as Meta shows it")
    phone_number_id = env.value("TAGIH_WHATSAPP_PHONE_NUMBER_ID", digits, None)
    waba_id = env.value("TAGIH_WHATSAPP_WABA_ID", digits, None)
    if env.given("TAGIH_WHATSAPP_TOKEN") is not None:
        needed = {"APP_SECRET": app_secrets, "PHONE_NUMBER_ID": phone_number_id, "VERIFY_TOKEN": verify_token}
        for name, value in needed.items():
            if not value and env.text(f"TAGIH_WHATSAPP_{name}") is None:
                env.fault(f"TAGIH_WHATSAPP_{name} is missing: with TAGIH_WHATSAPP_TOKEN it is needed")
    elif not env.faults:
        app_secrets = app_secrets or (_kept(env, home, "sandbox-app-secret.key"),)
        verify_token = verify_token or _kept(env, home, "sandbox-verify-token.key")
    live = token is not None
    return WhatsApp(
        token=token,
        phone_number_id=phone_number_id or SANDBOX_PHONE_NUMBER_ID,
        waba_id=waba_id or (None if live else SANDBOX_WABA_ID),
        app_secrets=app_secrets,
        verify_token=verify_token or Secret(""),
        base_url=env.value(
            "TAGIH_WHATSAPP_BASE_URL", read.web_address, META if live else f"{own_url}/emulator"
        ),
        graph_version=env.value(
            "TAGIH_WHATSAPP_GRAPH_VERSION",
            read.matching(r"v\d{1,3}\.\d", "write it like v23.0"),
            GRAPH_VERSION,
        ),
    )
