"""The command line: every command is there, says what it does, and is documented; --help is quick."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from connector import cli
from connector.settings_checks import NAMES
from connector.supervisor import EXIT_REFUSED

ROOT = Path(__file__).parents[1]
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def tagih(*arguments: object, input: str | None = None, **env: str) -> "click.testing.Result":
    clean = dict.fromkeys([*NAMES, *(name for name in os.environ if name.startswith("TAGIH_"))]) | env
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(cli.main, words, input=input, env=clean, catch_exceptions=False)


@pytest.fixture(scope="module")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared") / "home"
    assert tagih("migrate", "--home", folder).exit_code == 0
    return folder


@pytest.fixture
def home(tmp_path: Path, prepared_home: Path) -> Path:
    """A home with its database, as after the first start."""
    shutil.copytree(prepared_home, tmp_path / "home")
    return tmp_path / "home"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_exists_and_says_the_same_in_both_helps(name: str) -> None:
    command = cli.main.get_command(click.Context(cli.main), name)

    assert command is not None
    assert command.name == name
    assert command.help is not None
    assert " ".join(command.help.split()).startswith(cli.COMMANDS[name])


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in SETTINGS


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"`(TAGIH_[A-Z_]+)`", SETTINGS))

    assert {name for name in named if not name.startswith("TAGIH_SMS_")} <= NAMES


def _paths(group: click.Group, before: str) -> list[str]:
    ctx = click.Context(group)
    found = []
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        path = f"{before} {name}"
        found += _paths(command, path) if isinstance(command, click.Group) else [path]
    return found


def test_each_command_is_documented() -> None:
    missing = [path for path in _paths(cli.main, "tagih") if f"`{path}" not in SETTINGS]

    assert missing == []


def test_an_unknown_command_is_a_usage_fault() -> None:
    assert tagih("collect").exit_code == 2


def test_help_imports_none_of_the_heavy_libraries() -> None:
    heavy = ("flask", "sqlalchemy", "aiohttp", "jsonschema", "holidays", "pydantic", "gunicorn")
    code = f"import sys, connector.cli; print([m for m in {heavy} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_faulty_settings_are_all_printed_and_end_with_the_code_of_a_refusal(tmp_path: Path) -> None:
    done = tagih("serve", "--home", tmp_path, TAGIH_BIND="nowhere", TAGIH_COUNTRY="Indonesia")

    assert done.exit_code == EXIT_REFUSED
    assert "TAGIH_BIND:" in done.stderr and "TAGIH_COUNTRY:" in done.stderr


def test_keys_are_made_listed_and_revoked(home: Path) -> None:
    made = tagih("keys", "create", "n8n at home", "--preset", "n8n", "--expires", "90d", "--home", home)
    id = made.stderr.split(":")[0]
    listed = tagih("keys", "list", "--home", home)
    revoked = tagih("keys", "revoke", id, "--home", home)
    again = tagih("keys", "list", "--home", home)

    assert re.fullmatch(r"tgh_\w+\n", made.stdout)
    assert re.search(rf"{id} +n8n at home +n8n +valid +\d{{4}}", listed.stdout)
    assert made.stdout.strip() not in listed.stdout
    assert revoked.exit_code == 0
    assert re.search(rf"{id} .* revoked", again.stdout)


def test_a_key_sees_whole_names_or_not_as_its_maker_says(home: Path) -> None:
    for words in (["n8n"], ["n8n", "--pii", "masked"], ["write", "--pii", "full"]):
        assert tagih("keys", "create", "k", "--preset", *words, "--home", home).exit_code == 0
    unknown = tagih("keys", "create", "k", "--pii", "some", "--home", home)

    engine = sa.create_engine(f"sqlite:///{home}/tagih.db")
    with engine.connect() as conn:
        made = {
            tuple(row) for row in conn.execute(sa.text("SELECT preset, pii FROM api_keys WHERE label = 'k'"))
        }
    engine.dispose()
    assert made == {("n8n", "full"), ("n8n", "masked"), ("write", "full")}
    assert unknown.exit_code == 2


def test_an_unknown_preset_or_key_is_refused_with_what_there_is(home: Path) -> None:
    preset = tagih("keys", "create", "x", "--preset", "root", "--home", home)
    key = tagih("keys", "revoke", "key_nobody", "--home", home)

    assert preset.exit_code == EXIT_REFUSED and "sheets" in preset.stderr
    assert key.exit_code == EXIT_REFUSED and "tagih keys list" in key.stderr


def test_without_a_terminal_the_first_key_goes_into_a_closed_file_and_is_not_printed(tmp_path: Path) -> None:
    done = tagih("migrate", "--home", tmp_path)

    file = tmp_path / "admin.key"
    secret = file.read_text().strip()
    assert secret.startswith("tgh_")
    assert file.stat().st_mode & 0o077 == 0
    assert secret not in done.output
    assert str(file) in done.output


def test_every_file_of_a_home_is_closed_to_others(home: Path, tmp_path: Path) -> None:
    tagih("backup", tmp_path / "copy.db", "--home", home)

    files = [*home.iterdir(), tmp_path / "copy.db"]

    assert len(files) >= 5
    assert [f.name for f in files if f.stat().st_mode & 0o077] == []


def test_a_backup_is_checked_and_never_overwrites(home: Path, tmp_path: Path) -> None:
    first = tagih("backup", tmp_path / "copy.db", "--home", home)
    second = tagih("backup", tmp_path / "copy.db", "--home", home)
    nowhere = tagih("backup", tmp_path / "gone" / "copy.db", "--home", home)

    assert nowhere.exit_code == EXIT_REFUSED and "gone does not exist; make it first" in nowhere.stderr
    assert first.exit_code == 0 and "0 invoices, checked" in first.stdout
    assert second.exit_code == EXIT_REFUSED and "never overwrites" in second.stderr


def test_a_backup_holds_no_key_of_the_home(home: Path, tmp_path: Path) -> None:
    tagih("backup", tmp_path / "copy.db", "--home", home)

    copy = (tmp_path / "copy.db").read_bytes()

    for file in home.glob("*.key"):
        assert file.read_bytes().strip() not in copy


def test_the_doctor_finds_a_new_home_sound_and_an_open_file_not(home: Path) -> None:
    sound = tagih("doctor", "--home", home)
    (home / "tagih.env").write_text("TAGIH_COUNTRY=ID\n")
    (home / "tagih.env").chmod(0o644)
    ill = tagih("doctor", "--home", home)

    assert sound.exit_code == 0, sound.output
    assert "sandbox: tidak ada pesan yang keluar dari komputer ini" in sound.stdout
    assert ill.exit_code == 1
    assert re.search(r"files +SALAH +terbaca oleh orang lain: tagih.env", ill.stdout)
    tagih("setup", "--language", "en", "--home", home)
    english = tagih("doctor", "--home", home)
    assert re.search(r"files +FAULT +readable by others: tagih.env", english.stdout)


def test_setup_writes_what_the_business_says_about_itself(home: Path) -> None:
    done = tagih("setup", "--name", "Klinik Sehat", "--language", "en", "--home", home)

    assert done.exit_code == 0
    assert re.search(r"name +Klinik Sehat", done.stdout)
    assert re.search(r"relationship +first_party", done.stdout)


def test_sample_data_is_refused_when_live(tmp_path: Path) -> None:
    live = {
        "TAGIH_WHATSAPP_TOKEN": "EAAG-token",
        "TAGIH_WHATSAPP_APP_SECRET": "0123456789abcdef",
        "TAGIH_WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
        "TAGIH_WHATSAPP_VERIFY_TOKEN": "verify-me-please",
    }

    done = tagih("setup", "--sample", "--home", tmp_path, **live)

    assert done.exit_code == EXIT_REFUSED and "sandbox" in done.stderr


TENANTS = """Nama,No HP,Sewa,Jatuh Tempo
Siti Rahma,081234567890,Rp1.500.000,05/12/2026
Budi Santoso,0813-9876-5432,1.250.000,10/12/2026
Tanpa Nomor,,900.000,10/12/2026
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "kost.csv"
    file.write_text(TENANTS, encoding="utf-8")
    return file


def test_an_import_is_shown_as_the_json_that_scripts_rely_on_and_publishes_nothing(
    home: Path, sheet: Path
) -> None:
    arguments = ("import", sheet, "--json", "--today", "2026-11-28", "--home", home)

    first, second = tagih(*arguments), tagih(*arguments)

    shown = json.loads(first.stdout)
    assert set(shown) == {"list", "preview_version", "rows", "missing", "suspicious"}
    assert shown["list"] == "kost"
    assert [(row["line"], row["ok"], row["action"]) for row in shown["rows"]] == [
        (2, True, "new"),
        (3, True, "new"),
        (4, False, "refused"),
    ]
    assert json.loads(second.stdout)["rows"][0]["action"] == "new"


def test_an_import_is_published_after_a_yes_and_unchanged_the_second_time(home: Path, sheet: Path) -> None:
    arguments = ("import", sheet, "--today", "2026-11-28", "--home", home)

    asked = tagih(*arguments, input="mungkin\ntidak\n")
    published = tagih(*arguments, "--yes")
    again = tagih(*arguments, "--yes")

    sheet.write_text(f"{TENANTS.rstrip()}\nTotal{',' * TENANTS.splitlines()[0].count(',')}\n")
    nobody = tagih(*arguments, input="")
    assert "Dilewati karena tampaknya baris jumlah: 5." in nobody.stdout
    assert (asked.exit_code, nobody.exit_code) == (0, 1)
    assert re.search(r"2 +baru +Siti Rahma +\+6281234567890 +Rp1\.500\.000", asked.stdout)
    assert "Terapkan? [y/T]: tidak\nTidak ada yang diubah." in asked.stdout
    assert "Jawab y (ya) atau t (tidak)." in asked.stdout
    assert re.search(r"\b2 tagihan baru, .*\b1 ditolak", published.stdout)
    assert re.search(r"\b2 (tagihan )?tetap", again.stdout), again.stdout


def test_what_needs_a_second_look_stays_out_of_a_yes_until_it_is_named(home: Path, sheet: Path) -> None:
    arguments = ("import", sheet, "--today", "2026-11-28", "--home", home)
    first = tagih(*arguments, "--yes")
    sheet.write_text(TENANTS.replace("1.500.000", "150.000").replace("1.250.000", "1.300.000"))

    looked = tagih(*arguments, "--dry-run")
    careful = tagih(*arguments, "--yes")
    no = tagih(*arguments, input="ya\ntidak\n")
    named = tagih(*arguments, "--yes-all")

    assert f"Agar pesannya berangkat: tagih import {sheet} --home {home} --start" in first.stdout
    assert f"Untuk menerapkannya: tagih import {sheet} --home {home}" in looked.stdout
    assert "Lihat lagi: baris 2, Siti Rahma: jumlahnya turun jauh" in careful.stdout
    assert "1 berubah, 1 ditolak." in careful.stdout and "perlu Anda lihat lagi: baris 2" in careful.stdout
    assert "1 berubah" not in no.stdout.split("(baris 2)?")[1]
    assert "1 berubah, 1 ditolak." in named.stdout and "perlu Anda" not in named.stdout


def test_a_file_that_is_no_table_is_refused_in_words(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "photo.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))

    refused = tagih("import", file, "--home", home)

    assert refused.exit_code == EXIT_REFUSED
    assert refused.stderr.strip()


def test_what_a_whole_file_lacks_is_said_once_in_the_language_of_the_business(
    home: Path, tmp_path: Path
) -> None:
    bare, fake = tmp_path / "bare.csv", tmp_path / "fake.xlsx"
    bare.write_text("Apa,Itu\n1,2\n", encoding="utf-8")
    fake.write_text("Nama,No HP,Jumlah,Jatuh Tempo\n", encoding="utf-8")

    told = tagih("import", bare, "--dry-run", "--home", home).stderr
    not_real = tagih("import", fake, "--dry-run", "--home", home).stderr

    assert told.count("Berkas ini tidak punya kolom untuk") == 1
    assert "no column" not in told
    assert "bukan XLSX" in not_real


def test_recipes_are_listed_linted_and_tried(home: Path) -> None:
    listed = tagih("recipe", "list", "--home", home)
    linted = tagih("recipe", "lint", ROOT / "recipes" / "kost.yaml")
    tried = tagih("recipe", "simulate", "kost", "--home", home)

    assert re.search(r"kost +\w{12} +shipped", listed.stdout)
    assert linted.exit_code == 0 and "kost, version" in linted.stdout
    assert tried.exit_code == 0, tried.stderr
    assert "Rp1.500.000" in tried.stdout
    assert re.search(r"^H-3 +\w+ \d+ \w+ 09:00  whatsapp$", tried.stdout, re.M)


def test_who_only_looks_leaves_nothing_behind(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"

    looks = [
        tagih("recipe", "simulate", "kost", "--home", nowhere),
        tagih("recipe", "list", "--home", nowhere),
        tagih("recipe", "import", ROOT / "recipes" / "kost.yaml", "--dry-run", "--home", nowhere),
    ]

    assert [look.exit_code for look in looks] == [0] * len(looks), [look.stderr for look in looks]
    assert all("key" not in look.stdout for look in looks)
    assert not nowhere.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("import", "SHEET", "--dry-run"),
        ("doctor",),
        ("keys", "list"),
        ("destinations", "list"),
        ("sandbox", "clock", "P1D"),
        ("backup", "copy.db"),
        ("audit", "verify"),
    ],
)
def test_only_who_begins_a_tagih_makes_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: Path, home: Path, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    home.rename(tmp_path / ".tagih")  # where `make run` puts it
    given = [str(sheet) if word == "SHEET" else word for word in words]

    forgotten = tagih(*given, TAGIH_HOME=str(tmp_path / "elsewhere"))
    indonesian = tagih(*given, "--home", tmp_path / "elsewhere", LANG="id_ID.UTF-8")

    assert (forgotten.exit_code, indonesian.exit_code) == (EXIT_REFUSED, EXIT_REFUSED), forgotten.output
    assert f"There is no Tagih in {tmp_path / 'elsewhere'}." in forgotten.stderr
    assert "add --home .tagih" in forgotten.stderr
    assert "tambahkan --home .tagih" in indonesian.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_hints_name_the_home_that_was_given(home: Path) -> None:
    assert f"keys list --home {home}" in tagih("keys", "revoke", "key_nobody", "--home", home).stderr
    unknown = tagih("destinations", "approve", "dst_nobody", "--yes", "--home", home)
    assert f"destinations list --home {home}" in unknown.stderr


@pytest.mark.parametrize(
    ("words", "hint"), [(("clock", "1day"), "write P1D"), (("fault",), "--code 131026, or --kind late")]
)
def test_the_sandbox_says_how_its_words_are_written(home: Path, words: tuple[str, ...], hint: str) -> None:
    told = tagih("sandbox", *words, "--home", home)

    assert told.exit_code == 2 and hint in told.stderr


def test_a_faulty_recipe_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("recipe: mine\nstepz: []\n")

    done = tagih("recipe", "lint", file)

    assert done.exit_code == EXIT_REFUSED
    assert "stepz" in done.stderr


def test_an_unknown_recipe_is_a_problem_with_its_remedy(home: Path) -> None:
    done = tagih("recipe", "simulate", "nobody", "--home", home)

    assert done.exit_code == EXIT_REFUSED
    assert "nobody" in done.stderr


def test_setup_approves_the_host_of_payment_links(home: Path) -> None:
    done = tagih("setup", "--pay-host", "https://Pay.Example.com/", "--home", home)
    assert "pay.example.com" in done.stdout

    refused = tagih("setup", "--pay-host", "pay example", "--home", home)
    assert refused.exit_code != 0 and "--pay-host" in refused.output


ROSTER = """Nama,Kamar,No WA,Sewa,Tgl,Desember
Siti Rahma,A3,0812-3456-7890,1500000,5,v
Budi,A4,0812-3456-7891,1250000,31,
Ani,A5,12,900000,40,
"""


def test_a_roster_is_shown_as_tenants_and_published(tmp_path: Path) -> None:
    home, clock = tmp_path / "home", {"TAGIH_CLOCK": "virtual:2026-11-28T08:00+07:00"}
    assert tagih("migrate", "--home", home, **clock).exit_code == 0
    file = tmp_path / "penghuni.csv"
    file.write_text(ROSTER, encoding="utf-8")
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("\n".join(ROSTER.splitlines()[:2]), encoding="utf-8")
    arguments = ("--list", "penghuni", "--home", home)

    published = tagih("import", file, *arguments, "--yes", "--start", **clock)
    again = tagih("import", shorter, *arguments, "--dry-run", **clock)

    assert re.search(
        r"2 +baru +A3 Siti Rahma +\+62\d+ +Rp1\.500\.000 +tiap tanggal 5 +lunas: Desember", published.stdout
    )
    assert "“Tgl” (E4) harus berupa 1-31." in published.stdout
    assert "2 penyewa baru, 0 berubah, 1 bulan lunas, 1 ditolak." in published.stdout
    assert "A4 (Budi)" in again.stdout and "penghuni: 1 tetap, 1 hilang" in again.stdout
