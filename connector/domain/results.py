"""The sentence of each expected ending, in both languages."""

from collections.abc import Mapping

SENTENCES: dict[str, dict[str, str]] = {
    "created": {"id": "{subject} dibuat.", "en": "{subject} created."},
    "updated": {"id": "{subject} diperbarui.", "en": "{subject} updated."},
    "unchanged": {
        "id": "{subject} sudah seperti itu; tidak ada yang berubah.",
        "en": "{subject} was already so; nothing changed.",
    },
    "approval_needed": {
        "id": "Menunggu persetujuan orang: {detail}. Yang lama tetap berlaku sampai disetujui dengan "
        "`tagih destinations approve`.",
        "en": "A person must approve: {detail}. The old one stays live until then; approve it with "
        "`tagih destinations approve`.",
    },
    "exported": {"id": "Data {subject} disalin.", "en": "The data of {subject} are copied."},
    "erased": {
        "id": "Data pribadi {subject} dihapus; angka pembukuan tetap, permintaan berhenti tetap dihormati.",
        "en": "The personal data of {subject} are erased; the books stay, and so does a wish not to be written to.",
    },
    "already_erased": {"id": "{subject} sudah dihapus.", "en": "{subject} was erased before."},
    "open_invoices": {
        "id": "Belum dihapus: masih ada tagihan terbuka ({detail}). Lunasi atau batalkan dahulu, atau kirim force.",
        "en": "Not erased: invoices are still open ({detail}). Settle or void them first, or send force.",
    },
    "changed": {
        "id": "Nomor {subject} diganti; nomor lama tidak dikirimi apa-apa lagi.",
        "en": "The number of {subject} is changed; nothing more goes to the old one.",
    },
    "confirmed": {"id": "Nomor {subject} dipastikan benar.", "en": "The number of {subject} is confirmed."},
    "waiting": {
        "id": "Nomor baru {subject} menunggu kepastian; pesannya ditahan sampai itu.",
        "en": "The new number of {subject} waits for a yes; its messages are held until then.",
    },
    "found": {"id": "{subject}: {detail}.", "en": "{subject}: {detail}."},
    "void": {
        "id": "{subject} dibatalkan; tidak ada pesan lagi tentangnya.",
        "en": "{subject} is void; no more messages about it.",
    },
    "untrue_then": {
        "id": "{subject}: pesan ini tidak benar pada hari ia akan pergi (harinya belum tiba atau sudah lewat); "
        "tidak ada yang dikirim.",
        "en": "{subject}: this text would not be true on the day it leaves (its day has not come or is over); "
        "nothing is sent.",
    },
    "already_void": {"id": "{subject} sudah dibatalkan.", "en": "{subject} is already void."},
    "recorded": {"id": "{detail} dicatat.", "en": "{detail} recorded."},
    "already_recorded": {
        "id": "Ini sudah pernah dicatat; tidak ada yang ditambahkan.",
        "en": "This was recorded before; nothing was added.",
    },
    "probable_duplicate": {
        "id": "Pembayaran serupa untuk {subject} sudah tercatat pada {detail}; mungkin diberitahukan "
        "dua kali. Beri payment_ref bila memang pembayaran lain.",
        "en": "A like payment for {subject} was recorded on {detail}; it was probably told twice. "
        "Give a payment_ref if it is another one.",
    },
    "already_reversed": {
        "id": "Pembayaran ini sudah pernah dibatalkan; tidak ada yang berubah.",
        "en": "This payment was taken back before; nothing changed.",
    },
    "reversed": {
        "id": "Pembayaran {detail} untuk {subject} dibatalkan.",
        "en": "The payment of {detail} for {subject} was taken back.",
    },
    "needs_choice": {
        "id": "{detail} dari {subject} disimpan; pilih tagihan yang dimaksud.",
        "en": "{detail} from {subject} is kept; choose the invoices that are meant.",
    },
    "needs_choice_ahead": {
        "id": "{detail} dari {subject} disimpan: itu cukup untuk {months} bulan di muka. Bila benar, catat lagi "
        "dengan allow_over; bila tidak, pilih tagihan yang dimaksud.",
        "en": "{detail} from {subject} is kept: it would pay {months} months ahead. If that is right, record it "
        "again with allow_over; if not, choose the invoices that are meant.",
    },
    "parked": {
        "id": "{detail} disimpan sampai tagihan {subject} muncul.",
        "en": "{detail} is kept until invoice {subject} appears.",
    },
    "not_found": {
        "id": "Pelanggan diberi tahu bahwa pembayaran {subject} belum ditemukan.",
        "en": "The customer hears that the payment of {subject} was not found yet.",
    },
    "not_found_held": {
        "id": "Pembayaran {subject} belum ditemukan. Pelanggan belum diberi tahu: {detail}",
        "en": "The payment of {subject} was not found yet. The customer is not told yet: {detail}",
    },
    "not_found_silent": {
        "id": "Pembayaran {subject} belum ditemukan; pelanggan tidak diberi tahu.",
        "en": "The payment of {subject} was not found yet; the customer is not told.",
    },
    "already_answered": {
        "id": "Kabar ini sudah dijawab; tidak ada yang berubah.",
        "en": "This claim was answered before; nothing changed.",
    },
    "plan_created": {
        "id": "{subject} dibagi dalam {detail}.",
        "en": "{subject} is split in {detail}.",
    },
    "plan_cancelled": {
        "id": "Rencana cicilan {subject} dibatalkan.",
        "en": "The payment plan of {subject} was cancelled.",
    },
    "already_cancelled": {
        "id": "Rencana cicilan {subject} memang sudah dibatalkan.",
        "en": "The payment plan of {subject} was cancelled before.",
    },
    "started": {"id": "Pengingat untuk {subject} dimulai.", "en": "Reminders for {subject} started."},
    "restarted": {
        "id": "Pengingat untuk {subject} dimulai dari awal.",
        "en": "Reminders for {subject} started afresh.",
    },
    "already_running": {
        "id": "Pengingat untuk {subject} sudah berjalan.",
        "en": "Reminders for {subject} are already running.",
    },
    "not_needed": {
        "id": "Tidak ada yang perlu dilakukan untuk {subject}.",
        "en": "There is nothing to do for {subject}.",
    },
    "paused": {
        "id": "Pengingat untuk {subject} dijeda{detail}.",
        "en": "Reminders for {subject} pause{detail}.",
    },
    "already_paused": {
        "id": "Pengingat untuk {subject} memang sedang dijeda.",
        "en": "Reminders for {subject} were already paused.",
    },
    "resumed": {"id": "Pengingat untuk {subject} berjalan lagi.", "en": "Reminders for {subject} go on."},
    "cancelled": {
        "id": "Pengingat untuk {subject} dihentikan.",
        "en": "Reminders for {subject} were stopped.",
    },
    "stopped": {
        "id": "{subject} tidak ditagih lagi{detail}; yang terbuka tetap terbuka.",
        "en": "{subject} is billed no more{detail}; what is open stays open.",
    },
    "already_stopped": {"id": "{subject} memang sudah berhenti.", "en": "{subject} was stopped before."},
    "promise_cancelled": {
        "id": "Janji untuk {subject} dibatalkan.",
        "en": "The promise for {subject} was cancelled.",
    },
    "already_planned": {
        "id": "Pesan ini memang sudah direncanakan {detail}.",
        "en": "This message is already planned for {detail}.",
    },
    "planned": {"id": "Pesan direncanakan {detail}.", "en": "The message is planned for {detail}."},
    "opted_out": {
        "id": "{subject} tidak mau dihubungi; tidak ada pesan lagi.",
        "en": "{subject} does not want to be contacted; no more messages.",
    },
    "opened": {
        "id": "Kasus dibuka; pengingat untuk {subject} menunggu Anda.",
        "en": "The case is open; reminders for {subject} wait for you.",
    },
    "already_open": {"id": "Kasus ini sudah terbuka.", "en": "This case is already open."},
    "case_open": {
        "id": "Masih ada kasus terbuka untuk {subject}; selesaikan dahulu.",
        "en": "A case about {subject} is still open; resolve it first.",
    },
    "sent": {
        "id": "Pesan untuk {subject} dikirim sekarang.",
        "en": "The message to {subject} leaves now.",
    },
    "window_closed": {
        "id": "24 jam sesudah pesan terakhir {subject} sudah lewat; pakai templat.",
        "en": "The 24 hours after the last message of {subject} are over; use a template.",
    },
    "linked": {
        "id": "Kasus {subject} ditautkan ke {detail}.",
        "en": "The case of {subject} is linked to {detail}.",
    },
    "already_linked": {
        "id": "Kasus {subject} sudah ditautkan ke {detail}.",
        "en": "The case of {subject} was already linked to {detail}.",
    },
    "resolved": {"id": "Kasus selesai.", "en": "The case is resolved."},
    "already_resolved": {"id": "Kasus ini sudah selesai.", "en": "This case was resolved before."},
}

_STAGES: dict[str, dict[str, str]] = {
    "created": {"id": "Tagihan", "en": "Invoice"},
    "pre_due": {"id": "Pengingat", "en": "Reminder"},
    "due": {"id": "Pengingat jatuh tempo", "en": "Due day reminder"},
    "overdue": {"id": "Pengingat lewat tempo", "en": "Overdue reminder"},
    "receipt": {"id": "Tanda terima", "en": "Payment confirmation"},
    "other": {"id": "Pesan", "en": "Message"},
}
_STATUSES: dict[str, dict[str, str]] = {
    "sending": {"id": "sedang dikirim", "en": "being sent"},
    "unknown": {"id": "belum pasti terkirim", "en": "outcome unknown"},
    "sent": {"id": "terkirim", "en": "sent"},
    "delivered": {"id": "sampai", "en": "delivered"},
    "read": {"id": "dibaca", "en": "read"},
    "failed": {"id": "gagal", "en": "failed"},
}
_MONEY: dict[str, dict[str, str]] = {
    "waiting": {"id": "menunggu data", "en": "waiting for data"},
    "open": {"id": "terbuka", "en": "open"},
    "partly_paid": {"id": "dibayar sebagian", "en": "partly paid"},
    "paid": {"id": "lunas", "en": "paid"},
    "void": {"id": "dibatalkan", "en": "void"},
}
_STATES: dict[str, dict[str, str]] = {
    "planned": {"id": "direncanakan", "en": "planned"},
    "sending": {"id": "sedang dikirim", "en": "being sent"},
    "unknown": {"id": "belum pasti terkirim", "en": "outcome unknown"},
    "sent": {"id": "terkirim", "en": "sent"},
    "skipped": {"id": "dilewati", "en": "skipped"},
    "superseded": {"id": "digantikan", "en": "superseded"},
    "merged": {"id": "digabung", "en": "merged"},
    "cancelled": {"id": "dibatalkan", "en": "cancelled"},
    "held": {"id": "ditahan", "en": "held"},
    "failed": {"id": "gagal", "en": "failed"},
}


def sentence(code: str, language: str, params: Mapping[str, str] | None = None) -> str:
    """The sentence of a result in the business's language.

    >>> sentence("created", "en", {"subject": "A3-2026-12"})
    'A3-2026-12 created.'
    """
    text = SENTENCES.get(code, {}).get(language) or SENTENCES.get(code, {}).get("en", code)
    for name in ("subject", "detail", "owner", "source", "months"):
        text = text.replace("{" + name + "}", str((params or {}).get(name, "")))
    return text[:1].upper() + text[1:]


def stage_words(stage: str, language: str) -> str:
    return _in(_STAGES, stage, language)


def status_words(status: str, language: str) -> str:
    return _in(_STATUSES, status, language)


def invoice_words(status: str, language: str) -> str:
    return _in(_MONEY, status, language)


def state_words(state: str, language: str) -> str:
    return _in(_STATES, state, language)


def _in(table: Mapping[str, Mapping[str, str]], code: str, language: str) -> str:
    words = table.get(code, {})
    return words.get(language) or words.get("en", code)
