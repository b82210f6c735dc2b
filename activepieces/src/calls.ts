import { addressOf } from './address';

/** What a connection holds. */
export type Connection = { base_url: string; api_key: string };

type Call = { body?: unknown; headers?: Record<string, string> };
type Answer<T> = { body: T; headers: Headers };
type Problem = { title?: string; detail?: string; errors?: Array<{ field?: string; detail?: string }> };

export const PATIENCE_MS = 30_000;
const CHECK = 'Check the address in the connection: it is where Tagih itself answers.';

/** A refusal in the server's words. It holds text and status alone: whole errors are logged (activepieces#9599). */
export class Refusal extends Error {
	constructor(
		message: string,
		readonly status: number,
	) {
		super(message);
		this.name = 'TagihError';
	}
}

/** One call to Tagih, and what it answered; anything but a good answer is thrown. The key goes nowhere else. */
export async function called<T = unknown>(
	connection: Connection,
	method: string,
	path: string,
	{ body, headers = {} }: Call = {},
): Promise<Answer<T>> {
	const key = connection.api_key.trim();
	const isForm = body instanceof FormData;
	const [response, text] = await answerTo(key, `${addressOf(connection.base_url)}${path}`, {
		method,
		headers: { ...headers, ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }) },
		body: isForm || body === undefined ? body : JSON.stringify(body),
	});
	return { body: accepted(response, text) as T, headers: response.headers };
}

/** What somebody says to a call that bears the key. */
async function answerTo(key: string, url: string, call: RequestInit): Promise<[Response, string]> {
	// fetch would tell the whole header, and so the key, in its own error.
	if (!/^[\x21-\x7e]+$/.test(key)) throw new Refusal('The API key holds a character that no key has.', 0);
	try {
		const response = await fetch(url, {
			...call,
			redirect: 'manual', // the key follows nobody to another address
			signal: AbortSignal.timeout(PATIENCE_MS),
			headers: {
				...call.headers,
				accept: 'application/json',
				'accept-language': 'en', // the editor is English; what customers read keeps its own language
				authorization: `Bearer ${key}`,
				'user-agent': `tagih-activepieces/${PIECE_VERSION}`,
			},
		});
		return [response, (await response.text()).replaceAll(key, '…')]; // it may repeat what was sent
	} catch (fault) {
		throw new Refusal(`Tagih cannot be reached: ${whyOf(fault)}. ${CHECK}`, 0);
	}
}

/** 1. No redirect is followed. 2. Anything but 2xx is a refusal. 3. What is no JSON is not from Tagih. */
function accepted(response: Response, text: string): unknown {
	const { status } = response;
	if (status >= 300 && status < 400) {
		throw new Refusal(`The address redirects elsewhere, where the API key does not go. ${CHECK}`, status);
	}
	const said = read(text);
	if (status >= 200 && status < 300) {
		if (said !== null || status === 204) return said;
		throw stranger(status);
	}
	throw new Refusal(wordsOf((said ?? {}) as Problem, response), status);
}

/** Somebody answers there, but not Tagih. */
export function stranger(status = 200): Refusal {
	return new Refusal(`The answer is not from a Tagih. ${CHECK}`, status);
}

/** Title and remedy; where several fields are wrong, a line for each; when to come back, if the server says so. */
function wordsOf({ title, detail, errors }: Problem, { status, headers }: Response): string {
	const faults = Array.isArray(errors) ? errors : [];
	const told = faults.length > 1 ? faults.map((one) => `${one.field}: ${one.detail}`) : [detail];
	const wait = headers.get('retry-after');
	const later = wait && /^\d+$/.test(wait) ? `Try again in ${wait} seconds.` : undefined;
	return [title ?? `Tagih could not answer (${status}).`, ...told, later].filter(Boolean).join('\n');
}

function read(text: string): object | null {
	try {
		const found: unknown = JSON.parse(text);
		return typeof found === 'object' ? found : null;
	} catch {
		return null;
	}
}

/** Why a call did not come through: a code of the network, never the words of fetch, which may quote a header. */
export function whyOf(fault: unknown): string {
	const { name, cause } = fault as { name?: string; cause?: { code?: string } };
	if (name === 'TimeoutError') return `no answer within ${PATIENCE_MS / 1000} seconds`;
	return cause?.code ?? 'the call was cut off';
}
