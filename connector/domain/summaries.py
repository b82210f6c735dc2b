"""One sentence for each event, ready for a chat, in the business's language."""

from collections.abc import Mapping

TEXTS: dict[str, dict[str, str]] = {
    "invoice_created": {
        "id": "Tagihan baru {number}, {name}: {due}, jatuh tempo {due_day}.",
        "en": "New invoice {number}, {name}: {due}, due on {due_day}.",
    },
    "invoice_changed": {
        "id": "{number}, {name}: {state}, {due}.{tail}",
        "en": "{number}, {name}: {state}, {due}.{tail}",
    },
    "invoice_due": {
        "id": "{number}, {name}: jatuh tempo hari ini, {due}.",
        "en": "{number}, {name}: due today, {due}.",
    },
    "invoice_overdue": {
        "id": "{number}, {name}: lewat {days} hari, {due}.",
        "en": "{number}, {name}: {days_text} overdue, {due}.",
    },
    "invoice_paid": {"id": "{number}, {name}: lunas.", "en": "{number}, {name}: paid."},
    "payment_received": {
        "id": "Diterima {amount} dari {who} untuk {numbers}: {state}.",
        "en": "Received {amount} from {who} for {numbers}: {state}.",
    },
    "payment_unmatched": {
        "id": "Masuk {amount} dari {who}, belum jelas untuk tagihan mana ({told}).",
        "en": "{amount} came in from {who}; nobody can tell for which invoice ({told}).",
    },
    "payment_reversed": {
        "id": "Pembayaran {amount} dari {who} untuk {numbers} dibatalkan: {reason}.",
        "en": "The payment of {amount} from {who} for {numbers} was taken back: {reason}.",
    },
    "payment_claimed": {
        "id": "{who} mengatakan sudah membayar {number}; menunggu pemeriksaan.",
        "en": "{who} says that {number} is paid; waiting for a look at the account.",
    },
    "message_sent": {
        "id": "Pesan {step} untuk {numbers} terkirim lewat {channel}.",
        "en": "Message {step} for {numbers} was sent by {channel}.",
    },
    "message_delivered": {
        "id": "Pesan {step} untuk {numbers} sampai.",
        "en": "Message {step} for {numbers} was delivered.",
    },
    "message_read": {
        "id": "{name} membaca pesan {step} untuk {numbers}.",
        "en": "{name} read message {step} for {numbers}.",
    },
    "message_failed": {
        "id": "Pesan {step} untuk {numbers} gagal di {channel}{tail}.",
        "en": "Message {step} for {numbers} failed on {channel}{tail}.",
    },
    "inbound_reply": {"id": "{who}: {words}", "en": "{who}: {words}"},
    "promise_made": {
        "id": "{who} berjanji {amount} untuk {day}.",
        "en": "{who} promised {amount} for {day}.",
    },
    "promise_kept": {"id": "{who} menepati janji: {amount}.", "en": "{who} kept the promise: {amount}."},
    "promise_broken": {
        "id": "{who} berjanji {amount} untuk {day}; belum masuk.",
        "en": "{who} promised {amount} for {day}; it has not come.",
    },
    "promise_cancelled": {
        "id": "Janji {who} untuk {day} dibatalkan.",
        "en": "The promise of {who} for {day} was cancelled.",
    },
    "dispute_opened": {"id": "{who} mempersoalkan {number}.", "en": "{who} disputes {number}."},
    "needs_human": {
        "id": "{who}: {reason}{words}. Pengingat berhenti, menunggu Anda.",
        "en": "{who}: {reason}{words}. Reminders wait for you.",
    },
    "case_resolved": {
        "id": "Kasus {who} selesai: {outcome}.",
        "en": "The case of {who} is resolved: {outcome}.",
    },
    "contact_problem": {"id": "{who}: {problem}", "en": "{who}: {problem}"},
    "opted_out": {
        "id": "{who} meminta berhenti dihubungi.",
        "en": "{who} asked not to be contacted any more.",
    },
    "opted_in": {"id": "{who} setuju dihubungi lagi.", "en": "{who} agreed to be contacted again."},
    "sequence_completed": {
        "id": "Pengingat {number} selesai: {state} sesudah {count} pesan.",
        "en": "Reminders for {number} are done: {state} after {count_text}.",
    },
    "channel_unhealthy": {
        "id": "{channel} berhenti: {reason}",
        "en": "{channel} stopped: {reason}",
    },
    "owner_digest": {"id": "{words}", "en": "{words}"},
    "blackout_recovered": {
        "id": "{cause} kembali setelah {length}: {late} pesan terlambat, {superseded} diganti pesan "
        "yang lebih benar, {lost} hilang, {doubled} ganda.",
        "en": "{cause} is back after {length}: {late_text} late, {superseded} replaced by a truer "
        "one, {lost} lost, {doubled} doubled.",
    },
}

PROBLEMS: dict[str, dict[str, str]] = {
    "phone_missing": {"id": "Nomor telepon belum ada.", "en": "There is no phone number yet."},
    "not_on_whatsapp": {"id": "Nomor ini tidak memakai WhatsApp.", "en": "This number is not on WhatsApp."},
    "wrong_number": {"id": "Nomor ini milik orang lain.", "en": "This number is somebody else's."},
    "number_changed": {
        "id": "Ada nomor lain untuk pelanggan ini; pastikan dahulu.",
        "en": "Another number was given for this customer; confirm it first.",
    },
    "unreachable": {"id": "Nomor ini tidak dapat dihubungi.", "en": "This number cannot be reached."},
    "opted_out_all": {"id": "Pelanggan tidak mau dihubungi.", "en": "The customer does not want contact."},
}

CAUSES: dict[str, dict[str, str]] = {
    "power": {"id": "Listrik", "en": "Power"},
    "network": {"id": "Jaringan", "en": "The network"},
    "pause": {"id": "Pengiriman", "en": "Sending"},
}

_COMPLETED: dict[str, dict[str, str]] = {
    "paid": {"id": "lunas", "en": "paid"},
    "void": {"id": "tagihan dibatalkan", "en": "the invoice is void"},
    "case_resolved": {"id": "ditutup", "en": "closed"},
    "finished": {"id": "semua langkah dijalankan", "en": "every step was taken"},
    "sequence_cancelled": {"id": "dihentikan", "en": "stopped"},
}

CHANNELS = {"whatsapp": "WhatsApp", "sms": "SMS"}


def summary(kind: str, language: str, words: Mapping[str, object]) -> str:
    """The event's sentence; what is not known is a dash.

    >>> summary("invoice_paid", "en", {"number": "A3-2026-12", "name": "Siti Rahma"})
    'A3-2026-12, Siti Rahma: paid.'
    """
    texts = _CALM.get(kind) if words.get("calm") else TEXTS.get(kind)
    if texts is None:
        return kind.replace("_", " ")
    counted = {f"{name}_text": _counted(words[name], noun) for name, noun in _NOUNS.items() if name in words}
    return texts["en" if language == "en" else "id"].format_map(_Dashes({**words, **counted}))


# Where no reminder waits for anybody.
_CALM: dict[str, dict[str, str]] = {
    "needs_human": {
        "id": "{who}: {reason}{words}. Menunggu Anda.",
        "en": "{who}: {reason}{words}. It waits for you.",
    },
}
_NOUNS = {"days": "day", "count": "message", "late": "message"}  # of the English sentences


def _counted(number: object, noun: str) -> str | None:
    """ "1 day", "2 days"; Indonesian has no plural."""
    if number is None:
        return None
    return f"{number} {noun}" if str(number) == "1" else f"{number} {noun}s"


class _Dashes(dict[str, object]):
    """Says a dash for what nobody knows, so that a sentence never fails."""

    def __init__(self, words: Mapping[str, object]) -> None:
        super().__init__({k: v for k, v in words.items() if v is not None})

    def __missing__(self, key: str) -> str:
        return "-"


def problem_text(problem: str | None, language: str) -> str | None:
    if problem is None:
        return None
    texts = PROBLEMS.get(problem, {})
    return texts.get("en" if language == "en" else "id", problem)


def completed_words(result: str, language: str) -> str:
    """With what the reminders of an invoice came to their end."""
    spoken = "en" if language == "en" else "id"
    return _COMPLETED.get(result, _COMPLETED["finished"])[spoken]


def length_text(minutes: int, language: str) -> str:
    """A stretch of time in its largest sensible unit.

    >>> length_text(2940, "en"), length_text(45, "id")
    ('49 hours', '45 menit')
    """
    hours = round(minutes / 60)
    if minutes < 90:
        return f"{minutes} {'minutes' if language == 'en' else 'menit'}"
    return f"{hours} {'hours' if language == 'en' else 'jam'}"
