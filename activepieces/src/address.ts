import { isIP } from 'node:net';

const NEAR_NUMBERS = [/^127\./, /^10\./, /^192\.168\./, /^172\.(1[6-9]|2\d|3[01])\./, /^::1$/, /^f[cd]/];
/** This machine, a service of the same Docker network, a machine in the house. */
const NEAR_NAMES = [/^[a-z0-9-]+$/, /\.(local|internal|lan)$/];

/** The address without a slash at its end; plain http only where no one but the own network listens. */
export function addressOf(given: string): string {
	let url: URL;
	try {
		url = new URL(given.trim());
	} catch {
		throw refused('It begins with https:// and is the same as in your browser.');
	}
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isNear(url.hostname))) {
		throw refused('Only https is taken outside your own network, because the key travels with every call.');
	}
	if (url.username || url.password || url.search || url.hash) {
		throw refused('It holds no name, password, question mark or #.');
	}
	return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function isNear(hostname: string): boolean {
	const host = hostname.replace(/^\[|\]$/g, '');
	return (isIP(host) ? NEAR_NUMBERS : NEAR_NAMES).some((pattern) => pattern.test(host));
}

function refused(why: string): Error {
	return new Error(`The address of your Tagih cannot be used. ${why}`);
}
