import { createHmac, timingSafeEqual } from 'crypto';

const TOLERANCE_S = 300;

/** Whether one of the signatures of a Standard Webhooks delivery fits the raw body and one of our secrets. */
export function isSigned(
	headers: Record<string, string | string[] | undefined>,
	rawBody: Buffer,
	secrets: string[],
	nowS: number,
): boolean {
	const id = String(headers['webhook-id'] ?? '');
	const timestamp = String(headers['webhook-timestamp'] ?? '');
	const given = String(headers['webhook-signature'] ?? '').split(' ');
	if (!id || !/^\d{1,12}$/.test(timestamp) || Math.abs(nowS - Number(timestamp)) > TOLERANCE_S) return false;
	return secrets.some((secret) => {
		const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
		if (key.length < 16) return false;
		const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), rawBody]);
		const wanted = createHmac('sha256', key).update(signed).digest();
		return given.some((one) => {
			const [version, signature] = one.split(',');
			const found = Buffer.from(signature ?? '', 'base64');
			return version === 'v1' && found.length === wanted.length && timingSafeEqual(found, wanted);
		});
	});
}
