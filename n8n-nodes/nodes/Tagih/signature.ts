import { createHmac, timingSafeEqual } from 'crypto';

const TOLERANCE_S = 300;

/**
 * Which of the signatures of a Standard Webhooks delivery fits the raw body and our secret; -1 when none does. While
 * a secret is being changed a delivery bears two, the newest secret's first.
 */
export function signedBy(
	headers: Record<string, string | string[] | undefined>,
	rawBody: Buffer,
	secret: string,
	nowS: number,
): number {
	const id = String(headers['webhook-id'] ?? '');
	const timestamp = String(headers['webhook-timestamp'] ?? '');
	const given = String(headers['webhook-signature'] ?? '').split(' ');
	if (!id || !/^\d{1,12}$/.test(timestamp) || Math.abs(nowS - Number(timestamp)) > TOLERANCE_S) return -1;
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	if (key.length < 16) return -1;
	const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), rawBody]);
	const wanted = createHmac('sha256', key).update(signed).digest();
	return given.findIndex((one) => {
		const [version, signature] = one.split(',');
		const found = Buffer.from(signature ?? '', 'base64');
		return version === 'v1' && found.length === wanted.length && timingSafeEqual(found, wanted);
	});
}
