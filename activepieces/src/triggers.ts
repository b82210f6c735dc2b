import {
	createTrigger,
	DEDUPE_KEY_PROPERTY,
	TriggerStrategy,
	type Store,
	type Trigger,
} from '@activepieces/pieces-framework';

import { tagihAuth } from './auth';
import { bodyOf } from './body';
import { called, Refusal, stranger, type Connection } from './calls';
import type { Event, TriggerDefinition } from './definitions';
import { propsOf } from './props';
import { OLDEST_S, signedBy } from './signature';

/** `former`: secrets that were replaced less than a day ago; what was signed with them may still be in the queue. */
type Kept = { id: string; secret: string; former?: Former[] };
type Former = { secret: string; untilS: number };
type Payload = { headers?: Headers; rawBody?: unknown };
type Headers = Record<string, string | undefined>;
type Filters = { days_overdue?: number[]; reasons?: string[]; only_tags?: string[] };

const SUBSCRIPTION = 'subscription';
const SEEN = 'seen';
const REMEMBERED = 4000; // marks, two for each delivery: far below the 512 KB of an entry
const ENDED = new Set([401, 404, 410]); // a key that is gone took its subscriptions with it

/** A trigger of the piece: Tagih keeps the subscription until the flow is turned off. */
export function triggerOf({ name, displayName, description, fields, sample }: TriggerDefinition): Trigger {
	return createTrigger({
		auth: tagihAuth,
		name,
		displayName,
		description,
		props: propsOf(fields),
		type: TriggerStrategy.WEBHOOK,
		sampleData: sample,

		onEnable: async ({ auth, propsValue, store, webhookUrl }) => {
			await unsubscribe(auth.props, store);
			const body = {
				...bodyOf(fields, propsValue),
				url: webhookUrl,
				events: [name],
				name: `Activepieces: ${displayName}`,
			};
			const { body: made } = await called<Kept>(auth.props, 'POST', '/v1/webhooks', { body });
			if (!made.id || !made.secret) throw stranger();
			await store.put<Kept>(SUBSCRIPTION, { id: made.id, secret: made.secret });
		},

		onDisable: async ({ auth, store }) => await unsubscribe(auth.props, store),

		run: async ({ auth, store, payload }) => {
			const kept = await store.get<Kept>(SUBSCRIPTION);
			const { headers = {}, rawBody } = payload as Payload;
			const raw = Buffer.from((rawBody ?? '') as string);
			const nowS = Date.now() / 1000;
			const place = kept ? signedBy(headers, raw, kept.secret, nowS) : -1;
			const isOurs = place >= 0 || formerOf(kept, nowS).some((one) => signedBy(headers, raw, one.secret, nowS) >= 0);
			if (!kept || !isOurs) return [];
			const marks = marksOf(headers);
			if (!(await isNew(store, marks))) return [];
			if (place > 0) await renew(auth.props, store, kept, nowS); // after `isNew`: a copy changes nothing
			// Two copies that come at the very same time: Activepieces itself lets one of them through.
			return [{ ...(JSON.parse(raw.toString()) as Event), [DEDUPE_KEY_PROPERTY]: marks[0] }];
		},

		// The newest events of this kind that the filters let through, or the spec's own sample: the very same keys.
		test: async ({ auth, propsValue }) => {
			const { body } = await called<{ items?: Event[] }>(auth.props, 'GET', `/v1/triggers/${name}/samples`);
			const fitting = (body.items ?? []).filter((event) => fits(event, bodyOf(fields, propsValue)));
			return fitting.length ? fitting : [sample];
		},
	});
}

async function unsubscribe(connection: Connection, store: Store): Promise<void> {
	const kept = await store.get<Kept>(SUBSCRIPTION);
	if (!kept) return;
	try {
		await called(connection, 'DELETE', `/v1/webhooks/${encodeURIComponent(kept.id)}`);
	} catch (fault) {
		if (!(fault instanceof Refusal) || !ENDED.has(fault.status)) throw fault;
	}
	await store.delete(SUBSCRIPTION);
	await store.delete(SEEN);
}

function formerOf(kept: Kept | null | undefined, nowS: number): Former[] {
	return (kept?.former ?? []).filter(({ untilS }) => untilS > nowS);
}

/** Somebody changed the secret at the server, where ours signs for 24 hours more: takes a new one of its own. */
async function renew(connection: Connection, store: Store, kept: Kept, nowS: number): Promise<void> {
	try {
		const path = `/v1/webhooks/${encodeURIComponent(kept.id)}/rotate-secret`;
		const { body } = await called<Kept>(connection, 'POST', path);
		if (!body.secret) throw stranger();
		const former = [...formerOf(kept, nowS), { secret: kept.secret, untilS: nowS + OLDEST_S }];
		await store.put<Kept>(SUBSCRIPTION, { id: kept.id, secret: body.secret, former });
	} catch {
		// This event is real all the same; the next one tries again.
	}
}

/**
 * What a delivery is known by: the event and its replay, so that a replay runs again and a retry does not; and the
 * event with the time that is signed, so that nobody else's copy runs as a replay: that header bears no signature.
 */
function marksOf(headers: Headers): [string, string] {
	const id = headers['webhook-id'];
	return [`${id} ${headers['tagih-replay'] ?? ''}`, `${id} @${headers['webhook-timestamp']}`];
}

async function isNew(store: Store, marks: string[]): Promise<boolean> {
	const seen = (await store.get<string[]>(SEEN)) ?? [];
	if (marks.some((mark) => seen.includes(mark))) return false;
	await store.put(SEEN, [...seen, ...marks].slice(-REMEMBERED));
	return true;
}

/** Whether the filters let an event through, as far as the event shows what they ask for (not its recipe). */
function fits(event: Event, { days_overdue: days, reasons, only_tags: tags }: Filters): boolean {
	const own = String(event.extra_tag ?? '')
		.split(',')
		.map((tag) => tag.trim());
	return (
		(!days || days.includes(event.threshold_days as number)) &&
		(!reasons || reasons.includes(event.reason as string)) &&
		(!tags || tags.some((tag) => own.includes(tag)))
	);
}
