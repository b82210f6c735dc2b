import { createHash } from 'node:crypto';
import { createAction, type Action } from '@activepieces/pieces-framework';

import { tagihAuth } from './auth';
import { bodyOf } from './body';
import { called, type Connection } from './calls';
import type { ActionDefinition, Fields } from './definitions';
import { fetched, isKept, uploaded } from './files';
import { propsOf } from './props';

type Body = Record<string, unknown>;

/** An action of the piece. Expected endings are results; only a wrong request is an error. */
export function actionOf({ name, displayName, description, makesKey, fields }: ActionDefinition): Action {
	return createAction({
		auth: tagihAuth,
		name,
		displayName,
		description,
		props: propsOf(fields),
		run: async ({ auth, propsValue }) => {
			const { deduplication_key: given, ...body } = bodyOf(fields, propsValue);
			const brought = await documentsOf(fields, body);
			const key = keyOf(name, makesKey, given, known(body, brought));
			await bring(auth.props, body, brought);
			const headers = key ? { 'idempotency-key': key } : undefined;
			const answer = await called<Body>(auth.props, 'POST', `/v1/actions/${name}`, { body, headers });
			if (!makesKey) return answer.body;
			return { ...answer.body, was_repeated: answer.headers.get('idempotent-replayed') === 'true' };
		},
	});
}

/**
 * What a repeated step is known by. Where an action has no own memory (a message), the same fields within a day are
 * one. Where it has (an invoice's number, a pause), the same fields again may be meant: only the user's key counts.
 */
function keyOf(action: string, makesKey: boolean, given: unknown, body: Body): string | undefined {
	if (!given && !makesKey) return undefined;
	return digestOf(JSON.stringify([action, ...(given ? ['key', String(given)] : ['fields', sorted(body)])]));
}

async function documentsOf(fields: Fields, body: Body): Promise<Map<string, Buffer>> {
	const linked = Object.keys(body).filter((name) => fields[name]?.kind === 'file' && !isKept(body[name]));
	return new Map(await Promise.all(linked.map(async (name) => [name, await fetched(body[name])] as const)));
}

/** A document is known by its bytes: each upload has an id of its own, and each link a signature. */
function known(body: Body, brought: Map<string, Buffer>): Body {
	return { ...body, ...Object.fromEntries([...brought].map(([name, bytes]) => [name, digestOf(bytes)])) };
}

async function bring(connection: Connection, body: Body, brought: Map<string, Buffer>): Promise<void> {
	for (const [name, bytes] of brought) body[name] = await uploaded(connection, bytes);
}

function digestOf(what: string | Buffer): string {
	return createHash('sha256').update(what).digest('hex');
}

function sorted(value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.entries(value)
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([name, inner]) => [name, sorted(inner)]);
}
