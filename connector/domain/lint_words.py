"""The words that a billing message does not use, in Indonesian and English, and what to do instead.

Sources: POJK 22/2023 article 62 (no threats, no shaming, no disturbing pressure) and Meta's template review
(legal threats and public shaming are rejected; offers and renewals make a message marketing). The patterns
are fixed: no expression ever comes from a user.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ban:
    """Words that may not stand in a message, and what to do instead."""

    code: str
    words: re.Pattern[str]
    id: str
    en: str

    def hit(self, folded: str) -> str | None:
        """The first such word in a text that is already in lower case, or None."""
        found = self.words.search(folded)
        return found[0] if found else None


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(alternatives) + r")(?!\w)")


BANS = (
    Ban(
        "threat",
        _words(
            r"polisi",
            r"kepolisian",
            r"penjara",
            r"(?:di)?pidana(?:kan)?",
            r"sita",
            r"disita",
            r"menyita",
            r"penyitaan",
            r"usir",
            r"diusir",
            r"mengusir",
            r"ancam(?:an)?",
            r"mengancam",
            r"akibatnya",
            r"konsekuensi(?:nya)?",
            r"sanksi",
            r"debt\s*collector",
            r"penagih\s+(?:h?utang)",
            r"police",
            r"jail",
            r"prison",
            r"arrest(?:ed)?",
            r"seiz(?:e|ed|ure)",
            r"repossess(?:ed|ion)?",
            r"evict(?:ed|ion)?",
            r"threat(?:en)?",
            r"consequences?",
            r"or\s+else",
            r"collections?\s+agenc(?:y|ies)",
            r"(?:akan|segera)\s+(?:di)?(?:putus|blokir|cabut|matikan)",
            r"(?:will|shall)\s+be\s+(?:cut\s+off|blocked|disconnected)",
        ),
        "Jangan mengancam; urusan seperti ini disampaikan oleh orang, bukan pesan otomatis.",
        "Do not threaten; such a step is a person's decision and never an automatic message.",
    ),
    Ban(
        "legal",
        _words(
            r"pengadilan",
            r"gugat(?:an)?",
            r"menggugat",
            r"digugat",
            r"tuntut(?:an)?",
            r"menuntut",
            r"dituntut",
            r"somasi",
            r"pengacara",
            r"(?:jalur|tindakan|langkah|proses|kuasa|secara|sanksi)\s+hukum",
            r"pasal\s+\d+",
            r"court",
            r"lawsuits?",
            r"su(?:e|ed|ing)",
            r"legal\s+(?:action|steps?|proceedings?)",
            r"lawyers?",
            r"attorneys?",
            r"litigation",
            r"prosecut(?:e|ed|ion)",
        ),
        "Kata hukum hanya lewat orang dan surat resmi.",
        "Legal wording goes through a person and a formal letter only.",
    ),
    Ban(
        "shaming",
        _words(
            r"(?:mem)?viralkan",
            r"diviralkan",
            r"viral",
            r"sebarkan",
            r"menyebarkan",
            r"disebarkan",
            r"permalukan",
            r"mempermalukan",
            r"memalukan",
            r"malu",
            r"tetangga(?:\s+anda)?",
            r"atasan\s+anda",
            r"keluarga\s+anda",
            r"kontak\s+darurat",
            r"blacklist(?:ed)?",
            r"daftar\s+hitam",
            r"slik",
            r"bi\s*checking",
            r"lalai",
            r"ingkar",
            r"nakal",
            r"menunggak",
            r"penunggak",
            r"(?:anda|kamu)\s+(?:terlambat|telat)",
            r"h?utang\s+anda",
            r"sham(?:e|ing|eful)",
            r"expos(?:e|ed)",
            r"your\s+(?:neighbou?rs?|employer|family|boss)",
            r"delinquent",
            r"defaulter",
            r"credit\s+(?:bureau|score|rating)",
            r"you\s+(?:failed|are\s+late|owe)",
        ),
        "Jangan menyalahkan atau mempermalukan; sebut tagihannya, bukan orangnya.",
        "Do not blame or shame; speak of the invoice, not of the person.",
    ),
    Ban(
        "urgency",
        _words(
            r"segera\s+(?:bayar|lunasi|lakukan|transfer|selesaikan)",
            r"harus\s+segera",
            r"secepatnya",
            r"sekarang\s+juga",
            r"hari\s+ini\s+juga",
            r"peringatan\s+terakhir",
            r"kesempatan\s+terakhir",
            r"mendesak",
            r"urgen(?:t|ly)?",
            r"(?:dalam|waktu)\s+\d+\s+jam",
            r"batas\s+akhir",
            r"wajib\s+(?:bayar|dibayar|melunasi)",
            r"immediate(?:ly)?",
            r"final\s+(?:warning|notice|demand)",
            r"last\s+(?:chance|warning)",
            r"act\s+now",
            r"right\s+now",
            r"at\s+once",
            r"asap",
            r"within\s+\d+\s+hours?",
            r"before\s+it\s+is\s+too\s+late",
        ),
        "Jangan mendesak; sebut tanggal jatuh tempo dan tawarkan bantuan.",
        "Do not press; state the due date and offer help.",
    ),
    Ban(
        "fee",
        _words(
            r"denda",
            r"bunga\s+keterlambatan",
            r"biaya\s+keterlambatan",
            r"late\s+fees?",
            r"penalt(?:y|ies)",
            r"surcharge",
        ),
        "Denda tidak disebut di pesan; ketentuannya ada di halaman invoice atau kontrak.",
        "A late fee is not named in a message; its terms belong on the invoice page or in the contract.",
    ),
)
MARKETING = Ban(
    "marketing",
    _words(
        r"diskon",
        r"promo(?:si)?",
        r"penawaran",
        r"gratis",
        r"hadiah",
        r"voucher",
        r"cashback",
        r"potongan\s+harga",
        r"perpanjang(?:an)?",
        r"aktifkan\s+kembali",
        r"eksklusif",
        r"discounts?",
        r"promotions?",
        r"special\s+offers?",
        r"for\s+free",
        r"rewards?",
        r"coupons?",
        r"renew(?:al)?",
        r"upgrade",
        r"reactivate",
        r"exclusive",
    ),
    "Itu pesan pemasaran: kategori dan persetujuan lain. Tagihan tidak memuat penawaran.",
    "That is marketing: another category and another consent. A bill carries no offer.",
)
