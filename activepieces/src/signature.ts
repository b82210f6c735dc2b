import { createHmac, timingSafeEqual } from 'node:crypto';

type Headers = Record<string, string | undefined>;

/** Activepieces takes a delivery at once and looks at it later: after a power cut, hours later. */
export const OLDEST_S = 24 * 60 * 60;
const AHEAD_S = 300;

/**
 * Which of the signatures of a Standard Webhooks delivery fits the raw body and our secret; -1 when none does. While
 * a secret is being changed a delivery bears two, the newest secret's first.
 */
export function signedBy(headers: Headers, rawBody: Buffer, secret: string, nowS: number): number {
	const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': given = '' } = headers;
	if (!id || !/^\d{1,12}$/.test(timestamp)) return -1;
	const age = nowS - Number(timestamp);
	if (age > OLDEST_S || age < -AHEAD_S) return -1;
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	if (key.length < 16) return -1;
	const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), rawBody]);
	const wanted = createHmac('sha256', key).update(signed).digest();
	return given.split(' ').findIndex((one) => {
		const [version, signature = ''] = one.split(',');
		const found = Buffer.from(signature, 'base64');
		return version === 'v1' && found.length === wanted.length && timingSafeEqual(found, wanted);
	});
}
