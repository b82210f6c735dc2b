"""What a rule puts into a refusal's sentence, said in Indonesian: rules name states and shapes in English."""

import re
from collections.abc import Mapping
from typing import Any

_WORDS = {
    # states of an invoice and of an import
    "waiting": "menunggu data",
    "open": "terbuka",
    "partly_paid": "dibayar sebagian",
    "paid": "lunas",
    "void": "dibatalkan",
    "staging": "dibaca",
    "staged": "menunggu pratinjau",
    "preview": "menunggu keputusan",
    "publishing": "diterapkan",
    "applied": "diterapkan",
    "published": "diterapkan",
    "undone": "dibatalkan",
    "failed": "gagal",
    "cancelled": "dibatalkan",
    "expired": "kedaluwarsa",
    # why something cannot be
    "payments were recorded": "pembayaran sudah tercatat",
    "messages have left": "pesan sudah terkirim",
    "business": "data usaha belum ada",
    "the business is not set up": "data usaha belum ada",
    # what a field must be
    "true or false": "true atau false",
    "a text": "teks",
    "an error code": "kode kesalahan",
    "a whole number": "bilangan bulat",
    "a button that the phone shows": "tombol yang tampil di ponsel",
    "two letters, like ID": "dua huruf, misalnya ID",
    '"all" or a list of lines': '"all" atau daftar nomor baris',
    # what a file has too much of
    "time or memory": "waktu atau memori",
    "size when unpacked": "ukuran setelah dibuka",
    "text": "teks",
}
_SHAPES = (
    (re.compile(r"^a whole number from (\S+) to (\S+)$"), r"bilangan bulat dari \1 sampai \2"),
    (re.compile(r"^a number from (\S+) to (\S+)$"), r"angka dari \1 sampai \2"),
    (re.compile(r"^a text of (\d+) to (\d+) characters$"), r"teks \1 sampai \2 huruf"),
    (re.compile(r"^lines of the file, not (.*)$"), r"nomor baris berkas, bukan \1"),
    (re.compile(r"^(\d+) rows, (\d+) columns$"), r"\1 baris, \2 kolom"),
    (re.compile(r"^(\d+) characters in a cell$"), r"\1 huruf dalam satu sel"),
    (re.compile(r"^(\d+) parts$"), r"\1 bagian"),
    (re.compile(r"^(\d+) cells$"), r"\1 sel"),
    (re.compile(r"^(\w+) or (\w+)$"), r"\1 atau \2"),
)


def spoken(params: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The params in the language of the sentence; names, amounts and references stay as they are.

    >>> spoken({"invoice": "open", "status": "paid"}, "id"), spoken({"status": "partly_paid"}, "en")
    ({'invoice': 'open', 'status': 'lunas'}, {'status': 'partly paid'})
    """
    return {
        name: _said(value, language) if name in _TRANSLATED and isinstance(value, str) else value
        for name, value in params.items()
    }


_TRANSLATED = frozenset({"status", "state", "why", "what", "expected"})


def _said(text: str, language: str) -> str:
    if not language.startswith("id"):
        return text.replace("_", " ") if re.fullmatch(r"[a-z]+(_[a-z]+)?", text) and text in _WORDS else text
    if text in _WORDS:
        return _WORDS[text]
    for shape, words in _SHAPES:
        if shape.match(text):
            return shape.sub(words, text)
    return text
