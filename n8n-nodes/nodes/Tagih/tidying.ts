import type { IDataObject } from 'n8n-workflow';

import { DATE_FIELDS, JSON_FIELDS, TEXT_FIELDS } from './generated/lists';

type Pairs = Array<{ name?: string; value?: string }>;

/** A moment as n8n's expressions give it (Luxon), and as JavaScript does. */
type Moment = { toISO?: () => string | null; toISOString?: () => string };

const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;
const WHOLE_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
const MIDNIGHT = /T00:00(:00(\.0+)?)?Z$/;

/** The fields of a body as the server takes them: what is blank is left out, pairs are an object, JSON is read. */
export function tidied(body: IDataObject, zone: string): IDataObject {
	const found: IDataObject = {};
	for (const [name, value] of Object.entries(body)) {
		if (value === undefined || value === null || value === '') continue;
		if ((name === 'extra' || name === 'mapping') && isPairs(value)) {
			found[name] = Object.fromEntries(value.filter((pair) => pair.name).map((pair) => [pair.name, pair.value]));
		} else if (name === 'variables') {
			// What is left blank in the mapper is filled by the server.
			const said = Object.entries(value as IDataObject);
			found[name] = Object.fromEntries(said.filter(([, one]) => one !== null && one !== ''));
		} else {
			found[name] = meant(name, JSON_FIELDS.includes(name) ? read(value) : value, zone) as IDataObject;
		}
	}
	return found;
}

/** A row of a sheet. Its cells are for the server to read; only a moment becomes its day here, where the zone is known. */
export function rowOf(row: IDataObject, zone: string): IDataObject {
	const cells = Object.entries(row).map(([heading, cell]) => {
		const said = written(cell);
		return [heading, typeof said === 'string' && WHOLE_INSTANT.test(said) ? dayOf(said, zone) : said];
	});
	return Object.fromEntries(cells) as IDataObject;
}

/** A sheet gives a phone or an invoice's number as a number, an expression gives a day with its time. */
function meant(name: string, value: unknown, zone: string): unknown {
	if (Array.isArray(value)) return value.map((one) => meant(name, one, zone));
	const said = written(value);
	if (typeof said === 'object' && said !== null) {
		return Object.fromEntries(Object.entries(said).map(([inner, one]) => [inner, meant(inner, one, zone)]));
	}
	// A figure too large to be exact stays one: the server refuses it, rather than take other digits.
	const isExact = typeof said === 'number' && Math.abs(said) <= Number.MAX_SAFE_INTEGER;
	if (isExact && TEXT_FIELDS.includes(name)) return String(said);
	if (DATE_FIELDS.includes(name) && typeof said === 'string' && INSTANT.test(said)) return dayOf(said, zone);
	return said;
}

/** A moment as text, anything else as it is. */
function written(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	const { toISO, toISOString } = value as Moment;
	if (typeof toISO === 'function') return toISO.call(value);
	return typeof toISOString === 'function' ? toISOString.call(value) : value;
}

/**
 * The day of a moment, as its writer meant it: the one that is written. Only UTC says nothing of the writer's day:
 * midnight is a date without a time, anything else is told in the zone of the workflow.
 */
function dayOf(instant: string, zone: string): string {
	if (!instant.endsWith('Z') || MIDNIGHT.test(instant)) return instant.slice(0, 10);
	const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
	const found = Object.fromEntries(parts.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
	return `${found.year}-${found.month}-${found.day}`;
}

/** What was typed as JSON; the server says what it wanted when it is none. */
function read(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}

function isPairs(value: unknown): value is Pairs {
	return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null && 'name' in one);
}
