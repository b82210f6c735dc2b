"""The names of all settings, and the checks that look at several of them together."""

import difflib
import re
from collections.abc import Mapping

from connector.environment import Environment, is_loopback
from connector.secret import SHORTEST_USABLE, Secret

COMFORTABLE_SECRET = 16  # characters; shorter ones work, but doctor says so
NAMES = frozenset(
    {
        "TAGIH_HOME",
        "TAGIH_DATABASE_URL",
        "TAGIH_BIND",
        "TAGIH_PUBLIC_URL",
        "TAGIH_API_KEY",
        "TAGIH_SECRET_KEY",
        "TAGIH_CLOCK",
        "TAGIH_TIMEZONE",
        "TAGIH_COUNTRY",
        "TAGIH_BUSINESS_NAME",
        "TAGIH_RELATIONSHIP",
        "TAGIH_SETTLE_SECONDS",
        "TAGIH_DAY_STARTS",
        "TAGIH_UNKNOWN_HOLD_SECONDS",
        "TAGIH_WHATSAPP_TOKEN",
        "TAGIH_WHATSAPP_PHONE_NUMBER_ID",
        "TAGIH_WHATSAPP_WABA_ID",
        "TAGIH_WHATSAPP_APP_SECRET",
        "TAGIH_WHATSAPP_VERIFY_TOKEN",
        "TAGIH_WHATSAPP_BASE_URL",
        "TAGIH_WHATSAPP_GRAPH_VERSION",
        "TAGIH_SMS_PROVIDER",
        "TAGIH_ALLOW_PRIVATE_HOOKS",
        "TAGIH_EXTRA_DIR",
    }
)
_SOURCE = re.compile(r"TAGIH_SOURCE_([A-Z0-9_]+)_SECRET")
_SMS = re.compile(r"TAGIH_SMS_([A-Z0-9_]+)")
_TEST = re.compile(r"TAGIH_TEST_[A-Z0-9_]+")  # read by the tests only


def source_names(env: Environment) -> list[tuple[str, str]]:
    """(tool, setting) for every TAGIH_SOURCE_<TOOL>_SECRET that is set: ("midtrans", "TAGIH_SOURCE_...")."""
    return _matches(env, _SOURCE)


def sms_names(env: Environment) -> list[tuple[str, str]]:
    """(key, setting) for every TAGIH_SMS_<KEY> that is set, the provider's name aside."""
    return [(key, name) for key, name in _matches(env, _SMS) if name not in NAMES]


def _matches(env: Environment, pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    names = sorted({name.removesuffix("_FILE") for name in env.values})
    return [(found[1].lower(), name) for name in names if (found := pattern.fullmatch(name))]


def judge_addresses(env: Environment, addresses: Mapping[str, str], *, virtual: bool) -> None:
    """A virtual clock talks to this machine only, and credentials never travel in the clear."""
    for name, address in addresses.items():
        if is_loopback(address):
            continue
        if virtual:
            env.fault(
                f"TAGIH_CLOCK: no virtual clock with {name} outside this machine: real people live there"
            )
        if not address.startswith("https://"):
            env.fault(f"{name}: write https://; credentials would travel in the clear")


def unknown_names(env: Environment) -> list[str]:
    """A sentence for each TAGIH_ name that nothing reads: most likely a misspelling."""
    sentences = []
    for given in sorted(env.values):
        name = given.removesuffix("_FILE")
        if (
            not given.startswith("TAGIH_")
            or name in NAMES
            or any(p.fullmatch(name) for p in (_SOURCE, _SMS, _TEST))
        ):
            continue
        near = difflib.get_close_matches(name, NAMES, n=1)
        sentences.append(f"{given} is not a setting of Tagih" + (f"; {near[0]}?" if near else ""))
    return sentences


def short_secrets(named: Mapping[str, tuple[Secret, ...]]) -> list[str]:
    """A sentence for each setting with a secret that is too short for comfort, or for anything."""
    sentences = []
    for name, secrets in sorted(named.items()):
        shortest = min(map(len, secrets), default=COMFORTABLE_SECRET)
        if shortest < SHORTEST_USABLE:
            sentences.append(f"{name} has a secret below {SHORTEST_USABLE} characters: it verifies nothing")
        elif shortest < COMFORTABLE_SECRET:
            sentences.append(
                f"{name} has a secret below {COMFORTABLE_SECRET} characters: a longer one is safer"
            )
    return sentences
