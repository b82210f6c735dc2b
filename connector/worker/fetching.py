"""Fetches files in the background: invoices' documents once when they are given, customers' proofs at once.

A file that waits is claimed by moving its next try ahead, so that a second worker leaves it alone and a dead
one's is taken up again. The bytes are looked at before they are kept (T-42), never opened.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from connector.domain.claims import is_unanswered
from connector.domain.files import MEDIA_LARGEST, PDF_LARGEST, FileKind, FileState, next_try, refusal_of
from connector.providers import MediaProvider, Provider, SenderConfig
from connector.store import business, claims, destinations, files
from connector.store.db import Store, Tx
from connector.store.files import File
from connector.worker import attention
from connector.worker.guarded_fetch import Failed, Fetched, fetch, read
from connector.worker.guarding import WAITS_FOR_FILE
from connector.worker.outgoing import Answer, Outgoing

AT_ONCE = 4
LEASE = timedelta(minutes=5)
# What waits for a file is asked again when the file has come; what a person hears when it never will.
_WAITS = {FileKind.INVOICE_PDF: "waiting_for_pdf", FileKind.OUTGOING: WAITS_FOR_FILE}
_CASES = {FileKind.INVOICE_PDF: "pdf_missing", FileKind.OUTGOING: "file_not_sent"}


@dataclass(slots=True)
class Fetching:
    """`guarded` dials what others name, `outgoing` the providers; `senders` by provider."""

    store: Store
    guarded: Outgoing
    outgoing: Outgoing
    providers: Mapping[str, Provider]
    senders: Mapping[str, SenderConfig]
    network_down: Callable[[], bool]
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _done: list[tuple[File, Fetched | Failed]] = field(default_factory=list)

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    def turn(self, *, waits: bool = True) -> int:
        """Keeps what has come and starts what is due; answers how much that was. `waits`: whether any is due."""
        return self._keep() + (self._start() if waits else 0)

    def _start(self) -> int:
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return 0
        with self.store.write() as tx:
            found = files.claim(tx, room, self._tasks, until=tx.now + LEASE)
        for file in found:
            self._tasks[file.id] = asyncio.create_task(self._fetch(file))
        return len(found)

    async def _fetch(self, file: File) -> None:
        try:
            if self.network_down():
                result: Fetched | Failed = Failed("no_connection", again=True)
            elif file.source_url is not None:
                result = await fetch(self.guarded, file.source_url, limit=PDF_LARGEST)
            else:
                result = await self._media(file)
        except Exception as fault:  # noqa: BLE001 - one odd file must not end the worker
            result = Failed(type(fault).__name__[:40], again=True)
        self._done.append((file, result))
        self._tasks.pop(file.id, None)

    async def _media(self, file: File) -> Fetched | Failed:
        """Two steps, both with our credentials, both to places that are known beforehand."""
        provider, sender = self.providers.get(file.provider or ""), self.senders.get(file.provider or "")
        if not isinstance(provider, MediaProvider) or sender is None:
            return Failed("not_offered", again=False)
        request = provider.media_request(file.media_id or "", sender)
        if request is None:
            return Failed("not_found", again=False)
        answer = await self.outgoing.send(request)
        if not isinstance(answer, Answer) or not 200 <= answer.status < 300:
            return _first(read(answer))
        place = provider.read_media(answer.body)
        if place is None:
            return Failed("no_answer", again=True)
        if place.size is not None and place.size > MEDIA_LARGEST:
            return Failed("file_too_large", again=False)
        download = provider.media_download(place, sender)
        if download is None:
            return Failed("address_refused", again=False)
        return read(await self.outgoing.send(download, limit=MEDIA_LARGEST))

    # --- what has come --------------------------------------------------------------------------------------

    def _keep(self) -> int:
        taken = len(self._done)
        while self._done:
            with self.store.write() as tx:
                self._settle(tx, *self._done[0])
            del self._done[0]
        return taken

    def _settle(self, tx: Tx, file: File, result: Fetched | Failed) -> None:
        now = files.by_id(tx, file.id)
        if now is None or now.state is not FileState.WAITING:
            return  # erased meanwhile, or another worker was quicker
        if isinstance(result, Fetched):
            fault = refusal_of(result.body, file.kind)
            if fault is None:
                files.keep(tx, file.id, result.body)
                if file.kind is FileKind.PROOF:
                    _prove(tx, file.id)
                else:
                    destinations.ask_again(tx, _WAITS[file.kind])
            else:
                self._end(tx, file, FileState.REFUSED, fault)
            return
        attempts = file.attempts + 1
        again = tx.now + next_try(attempts)
        if result.again and file.give_up_at is not None and again < file.give_up_at:
            files.try_later(tx, file.id, attempts=attempts, at=again, reason=result.reason)
        else:
            self._end(tx, file, FileState.FAILED, result.reason)

    def _end(self, tx: Tx, file: File, state: FileState, reason: str) -> None:
        """Nothing is kept, and a person hears why."""
        files.end(tx, file.id, state, reason)
        if file.kind is FileKind.OUTGOING:
            destinations.ask_again(tx, _WAITS[file.kind])
        if file.customer_id is None:
            return
        own = business.get(tx)
        attention.open_case(
            tx,
            reason=_CASES.get(file.kind, "file_refused"),
            invoice_id=file.invoice_id,
            customer_id=file.customer_id,
            note=why(reason, "en" if own is not None and own.language == "en" else "id", file.media_type),
        )


def _prove(tx: Tx, file_id: str) -> None:
    """A customer's file belongs to the claim of theirs that waits for an answer; it decides nothing (T-32)."""
    file = files.by_id(tx, file_id)
    if file is None or file.customer_id is None:
        return
    waiting = [c for c in claims.about(tx, file.customer_id, file.invoice_id) if is_unanswered(c)]
    if waiting:
        claims.add_proof(tx, waiting[-1].id, file_id=file.id, file_type=file.media_type)


def _first(result: Fetched | Failed) -> Fetched | Failed:
    """A provider that refuses us now may know the file in a minute: its own words decide only "not found"."""
    if isinstance(result, Failed) and result.reason == "login_needed":
        return Failed("login_needed", again=True)
    return result


_WHY: Mapping[str, Mapping[str, str]] = {
    "file_refused": {
        "id": "Isinya bukan foto atau PDF{said}, jadi berkas itu tidak disimpan. Jangan membukanya di tempat lain.",
        "en": "The content is no photo and no PDF{said}, so it was not kept. Do not open it elsewhere.",
    },
    "file_too_large": {"id": "Berkasnya terlalu besar.", "en": "The file is too large."},
    "file_empty": {"id": "Berkasnya kosong.", "en": "The file is empty."},
    "login_needed": {
        "id": "Tautannya meminta login. Unggah berkasnya lewat POST /v1/files.",
        "en": "Its link asks for a login. Upload the file with POST /v1/files.",
    },
    "not_found": {"id": "Tidak ada berkas di tautannya.", "en": "There is no file behind its link."},
    "redirected": {
        "id": "Tautannya mengalihkan ke alamat lain. Beri tautan langsung ke berkasnya.",
        "en": "Its link leads on to another address. Give a link straight to the file.",
    },
    "address_refused": {
        "id": "Alamatnya tidak boleh dihubungi: hanya https dan alamat umum.",
        "en": "Its address may not be called: only https and public addresses.",
    },
}
_ELSE = {"id": "Berkasnya tidak dapat diambil.", "en": "The file could not be fetched."}


def why(reason: str, language: str, said: str | None = None) -> str:
    """The reason in a sentence for the business's people."""
    called = {"id": f" (disebut {said})", "en": f" (it was called {said})"}[language] if said else ""
    return _WHY.get(reason, _ELSE)[language].replace("{said}", called)
