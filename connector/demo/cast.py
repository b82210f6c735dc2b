"""Who plays and when: four tenants of Kost Melati, their table, and the hours of the story."""

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connector.demo.words import WORDS

ZONE = ZoneInfo("Asia/Jakarta")
BUSINESS = "Kost Melati"
LIST = "kost-melati"
RECIPE = "kost"


def _at(day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day} {time}").replace(tzinfo=ZONE)


START = _at("11-28", "08:00")
FIRST_TEXTS = _at("11-28", "09:05")
REMINDED = _at("12-02", "09:05")
DEWI_PAYS = _at("12-03", "10:00")
POWER_OFF = _at("12-04", "08:00")
POWER_ON = _at("12-07", "10:00")
NUR_PAYS = _at("12-07", "10:20")
ASKED_FOR_TIME = _at("12-07", "10:30")
SITI_PAYS = _at("12-10", "14:00")
BROKEN = _at("12-12", "09:05")
BUDI_WRITES = _at("12-14", "19:00")
HANDED_OVER = _at("12-15", "09:05")
WAIT_UNTIL = date(2026, 12, 17)
UPLOADED_AGAIN = _at("12-16", "16:00")
END = _at("12-21", "08:00")
PROMISED_ON = date(2026, 12, 10)
A_MOMENT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One row of the table."""

    short: str
    name: str
    phone: str  # as a person writes it
    room: str
    amount: int
    due: date

    @property
    def e164(self) -> str:
        return "+62" + self.phone.replace("-", "").removeprefix("0")

    @property
    def number(self) -> str:
        return f"{self.room}-2026-12"


DEWI = Tenant("Dewi", "Dewi Lestari", "0812-1111-0001", "A1", 1_400_000, date(2026, 12, 5))
SITI = Tenant("Siti", "Siti Rahma", "0812-3456-7890", "A3", 1_500_000, date(2026, 12, 5))
BUDI = Tenant("Budi", "Budi Santoso", "0813-9876-5432", "B1", 1_500_000, date(2026, 12, 5))
NUR = Tenant("Nur", "Nur Aini", "0813-1111-0006", "B2", 1_250_000, date(2026, 12, 7))
TENANTS = (DEWI, SITI, BUDI, NUR)


def headings(language: str) -> tuple[str, ...]:
    return tuple(WORDS[language]["columns"].split(";"))


def rows(language: str, paid: Collection[Tenant] = ()) -> list[tuple[str, ...]]:
    """The cells of the table as its owner writes them, with a word in the last column of who has paid."""
    words = WORDS[language]
    return [
        (
            tenant.name,
            tenant.phone,
            tenant.number,
            f"{tenant.amount:,}".replace(",", words["thousands"]),
            tenant.due.strftime(words["date_format"]),
            words["rent"].format(room=tenant.room),
            words["yes"] if tenant in paid else "",
        )
        for tenant in TENANTS
    ]


def table(language: str, paid: Collection[Tenant] = ()) -> bytes:
    """The table as a CSV file, with the separator that a spreadsheet program of that language writes."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=WORDS[language]["separator"])
    writer.writerows([headings(language), *rows(language, paid)])
    return out.getvalue().encode()
