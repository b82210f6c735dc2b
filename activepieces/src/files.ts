import { called, PATIENCE_MS, Refusal, whyOf, type Connection } from './calls';

const LARGEST = 5 * 1024 * 1024; // what Tagih takes

/** Whether a document lies at Tagih already. */
export function isKept(given: unknown): boolean {
	return /^file_[A-Za-z0-9]+$/.test(String(given));
}

/** The bytes behind a link of another step; it lives for days only and leads on, so Tagih cannot ask for it later. */
export async function fetched(url: unknown): Promise<Buffer> {
	if (typeof url !== 'string' || !/^https?:\/\//.test(url)) throw unfetched('it is not a link');
	try {
		// Another host's: the key of the connection does not go there.
		const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
		if (!response.ok) throw unfetched(`the answer was ${response.status}`);
		return await bytesOf(response);
	} catch (fault) {
		throw fault instanceof Refusal ? fault : unfetched(whyOf(fault));
	}
}

/** Brings a document to Tagih; answers its id there. */
export async function uploaded(connection: Connection, bytes: Buffer): Promise<string> {
	const form = new FormData();
	form.append('file', new Blob([new Uint8Array(bytes)]), 'document.pdf');
	const { body } = await called<{ file_id: string }>(connection, 'POST', '/v1/files', { body: form });
	return body.file_id;
}

async function bytesOf(response: Response): Promise<Buffer> {
	const parts: Uint8Array[] = [];
	let size = 0;
	for await (const part of response.body ?? []) {
		size += part.length;
		if (size > LARGEST) throw unfetched('it is larger than 5 MB');
		parts.push(part);
	}
	return Buffer.concat(parts);
}

function unfetched(why: string): Refusal {
	return new Refusal(`The document could not be fetched: ${why}.`, 0);
}
