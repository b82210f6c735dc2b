"""The eight scenes. Each lets the engine act, shows what came of it, and checks what it promised."""

from collections import Counter
from datetime import datetime

from connector.demo import cast
from connector.demo.cast import BUDI, DEWI, NUR, SITI, TENANTS, Tenant
from connector.demo.screen import masked
from connector.demo.stage import Stage
from connector.domain.money import format_money
from connector.domain.texts import format_date

OPENS, CLOSES = 8, 20  # the hours of the policy id-smb
ENDED = frozenset({"skipped", "superseded", "merged", "cancelled"})
THREAD_LINES = 6


def source(stage: Stage) -> None:
    """A table becomes invoices, after its difference was seen."""
    stage.screen.scene(stage.words["source"])
    stage.say("source_file", file=f"{cast.LIST}.csv")
    stage.screen.space()
    columns = slice(0, 5)
    shown = [(row[0], masked(row[1]), *row[2:])[columns] for row in cast.rows(stage.language)]
    stage.screen.columns(shown, heading=cast.headings(stage.language)[columns])
    stage.screen.space()
    preview = stage.world.preview_list(cast.table(stage.language), cast.LIST, stage.language)
    stage.say("source_preview", **preview["counts"])
    done = stage.world.publish_list(preview)
    stage.screen.say(done["result_text"])
    stage.check("imported", done["counts"] == {"created": len(TENANTS)})


def calendar(stage: Stage) -> None:
    """The plan, before anything is sent."""
    stage.screen.scene(stage.words["calendar"])
    stage.say("calendar_why", recipe=cast.RECIPE)
    stage.screen.space()
    stage.screen.columns(stage.calendar(cast.START, cast.END))
    stage.check("planned, not sent", not stage.arrived())


def messages(stage: Stage) -> None:
    """The invoice, the reminder, and the first payment."""
    stage.screen.scene(stage.words["messages"])
    stage.world.advance(cast.FIRST_TEXTS)
    first = stage.show_arrived()
    stage.world.advance(cast.REMINDED)
    second = stage.show_arrived()
    stage.check("invoice to all", [m.template for m in first] == ["invoice_created"] * 4)
    stage.check("reminder to three", [m.template for m in second] == ["payment_reminder"] * 3)
    _pays(stage, DEWI, cast.DEWI_PAYS)
    stage.check("confirmation", [m.template for m in stage.show_arrived()] == ["payment_received"])


def blackout(stage: Stage) -> None:
    """Three days in the dark, then one message each."""
    stage.screen.scene(stage.words["blackout"])
    stage.world.advance(cast.POWER_OFF)
    missed = stage.calendar(cast.POWER_OFF, cast.POWER_ON)
    stage.world.power(False)
    stage.moment(cast.POWER_OFF, "power_off")
    stage.screen.columns([("  " + when, what, who) for when, what, who in missed])
    stage.screen.space()
    stage.world.advance(cast.POWER_ON)
    stage.check("silent in the dark", not stage.arrived())
    stage.world.power(True)
    stage.moment(cast.POWER_ON, "power_on")
    _minutes_later(stage)
    found = stage.show_arrived()
    stage.check("one each", sorted(m.phone for m in found) == sorted(t.e164 for t in (SITI, BUDI, NUR)))
    stage.check("the true one", Counter(m.template for m in found) == {"overdue_notice": 2, "due_today": 1})
    _superseded(stage)
    stage.say("silent_paid", name=DEWI.short)
    told = stage.events("blackout_recovered")
    counted = [(e["late"], e["superseded"], e["lost"], e["doubled"]) for e in told]
    stage.check("blackout report", counted == [(3, 3, 0, 0)])
    _pays(stage, NUR, cast.NUR_PAYS)
    stage.check("confirmation", [m.template for m in stage.arrived()] == ["payment_received"])


def _superseded(stage: Stage) -> None:
    """What was left out, and the engine's own reason for it."""
    steps: dict[str, list[str]] = {}
    reasons = set()
    for tenant, line in stage.lines():
        if line["state"] == "superseded":
            steps.setdefault(stage.label(line), []).append(tenant.short)
            reasons.add(line["reason_text"])
    named = "; ".join(f"{label} ({', '.join(who)})" for label, who in steps.items())
    stage.say("not_sent", steps=named)
    for reason in sorted(reasons):
        stage.screen.say(reason)


def promises(stage: Stage) -> None:
    """Two ask for time and name the same day; one keeps it."""
    stage.screen.scene(stage.words["promises"])
    _promise(stage)
    stage.world.advance(cast.SITI_PAYS)
    stage.check("quiet while promised", not stage.arrived())
    stage.say("quiet")
    stage.screen.space()
    _pays(stage, SITI, cast.SITI_PAYS)
    stage.check("kept", [e["customer_name"] for e in stage.events("promise_kept")] == [SITI.name])
    stage.show_arrived()
    stage.world.advance(cast.BROKEN)
    stage.say("after_grace")
    stage.check("broken", [e["customer_name"] for e in stage.events("promise_broken")] == [BUDI.name])
    stage.check("one friendly text", [m.template for m in stage.show_arrived()] == ["promise_broken"])


def _promise(stage: Stage) -> None:
    """The button, the dates that it offers, the one that is chosen; both tenants do it."""
    day = f"promise:{cast.PROMISED_ON.isoformat()}"
    stage.world.advance(cast.ASKED_FOR_TIME)
    for button in ("need_more_time", day):
        title = stage.press(SITI, button)
        stage.moment(stage.world.now, "presses", name=SITI.short, button=title)
        _minutes_later(stage)
        stage.show_arrived(SITI)
    made = stage.events("promise_made")
    at, first = stage.world.now, stage.press(BUDI, "need_more_time")
    _minutes_later(stage)
    second = stage.press(BUDI, day)
    _minutes_later(stage)
    stage.moment(at, "same", name=BUDI.short, first=first, second=second)
    stage.check("asked and confirmed", len(stage.arrived(BUDI)) == 2)
    made += stage.events("promise_made")
    stage.check("two promises", [e["customer_name"] for e in made] == [SITI.name, BUDI.name])


def person(stage: Stage) -> None:
    """Ten days late: a person gets the whole context, and decides."""
    stage.screen.scene(stage.words["person"])
    stage.world.advance(cast.BUDI_WRITES)
    text = stage.words["budi_words"]
    stage.world.say(BUDI.e164, text)
    stage.moment(cast.BUDI_WRITES, "writes", name=BUDI.short, text=text)
    stage.world.advance(cast.HANDED_OVER)
    found = stage.events("needs_human")
    stage.check("a person is asked", [e["customer_name"] for e in found] == [BUDI.name])
    case = found[0]
    thread = str(case["thread_text"] or "").splitlines()
    kept = stage.words["case_kept"].format(kept=case["promises_kept"], broken=case["promises_broken"])
    rows = [
        ("case_why", [case["reason_text"]]),
        ("case_open", [case["open_invoices_text"]]),
        ("case_promises", [kept]),
        ("case_thread", thread[-THREAD_LINES:]),
        ("case_advice", [case["suggested_act_text"]]),
    ]
    stage.screen.box(BUDI.name, [(stage.words[key], lines) for key, lines in rows])
    stage.check("with the conversation", any(text in line for line in thread))
    done = stage.world.act(
        "resolve_case",
        case=case["case_id"],
        outcome="agreed_date",
        next="wait_until",
        until=cast.WAIT_UNTIL.isoformat(),
        note=stage.words["case_note"],
    )
    day = format_date(cast.WAIT_UNTIL, stage.language)
    stage.say("resolved", result=done["result_text"], day=day)
    stage.check("nothing behind the person's back", not stage.arrived())


def payment(stage: Stage) -> None:
    """The same table once more: exactly the newly paid is confirmed."""
    stage.screen.scene(stage.words["payment"])
    stage.world.advance(cast.UPLOADED_AGAIN)
    table = cast.table(stage.language, paid=TENANTS)
    preview = stage.world.preview_list(table, cast.LIST, stage.language)
    stage.moment(cast.UPLOADED_AGAIN, "upload")
    stage.say("upload_preview", **preview["counts"])
    stage.world.publish_list(preview)
    _minutes_later(stage)
    found = stage.show_arrived()
    stage.say("only_one", name=BUDI.short)
    stage.check(
        "only the newly paid", [(m.phone, m.template) for m in found] == [(BUDI.e164, "payment_received")]
    )


def count(stage: Stage) -> None:
    """Nothing lost, nothing doubled, every silence explained."""
    stage.screen.scene(stage.words["count"])
    stage.world.advance(cast.END)
    stage.check("quiet at the end", not stage.arrived())
    tally = stage.world.tally()
    days = (cast.END.date() - cast.START.date()).days
    stage.say("count_messages", messages=tally.accepted, people=len(TENANTS), days=days)
    good = tally.lost == tally.doubled == 0
    stage.screen.verdict(stage.words["verdict"].format(lost=tally.lost, doubled=tally.doubled), good=good)
    everything = [m for tenant in TENANTS for m in stage.world.received(tenant.e164)]
    stage.check("none lost, none doubled, none held", good and tally.held == 0)
    stage.check("counted alike on the phones", len(everything) == tally.accepted)
    stage.check("decent hours", all(OPENS <= m.at.hour < CLOSES for m in everything))
    _silences(stage)


def _silences(stage: Stage) -> None:
    quiet = [line for _, line in stage.lines() if line["state"] in ENDED]
    stage.check("every silence explained", all(line["reason"] and line["reason_text"] for line in quiet))
    # A second channel that nobody needed is no silence: how often one is planned depends on the machine's speed.
    quiet = [line for line in quiet if line["reason"] != "fallback_not_needed"]
    reasons = Counter((line["reason"], line["reason_text"]) for line in quiet)
    stage.screen.space()
    stage.say("silences", count=len(quiet))
    stage.screen.columns([(f"{n:4}", code, text) for (code, text), n in reasons.most_common()])


def _pays(stage: Stage, tenant: Tenant, at: datetime) -> None:
    """A payment told by a flow or a person, and a few minutes for its confirmation."""
    stage.world.advance(at)
    done = stage.world.act("mark_paid", invoice=tenant.number, payment_method=stage.words["method"])
    stage.check(
        "paid in full", done["invoice_status"] == "paid" and done["payment_amount"] == str(tenant.amount)
    )
    amount = format_money(tenant.amount * 100, "IDR", stage.language)
    stage.moment(at, "paid", name=tenant.short, amount=amount)
    _minutes_later(stage)


def _minutes_later(stage: Stage) -> None:
    """Time for phones to ring and people to read."""
    stage.world.advance(stage.world.now + cast.A_MOMENT)


SCENES = (source, calendar, messages, blackout, promises, person, payment, count)
