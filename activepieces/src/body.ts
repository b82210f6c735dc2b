import type { Choice, Field, Fields } from './definitions';

type Given = Record<string, unknown>;

const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d/;

/** The fields of a form as the server takes them; blanks are left out, an empty list or row too. */
export function bodyOf(fields: Fields, given: Given): Given {
	const said = Object.entries(fields).filter(([name]) => !isBlank(given[name]));
	return Object.fromEntries(said.map(([name, field]) => [name, meant(field, given[name])]));
}

/**
 * What was meant: another step hands over phones and invoice numbers as figures, days with a time, whole numbers and
 * lists as text. What is none of these stays as it is, so that the server can say so.
 */
function meant(field: Field, value: unknown): unknown {
	switch (field.kind) {
		case 'number':
			return typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value;
		case 'date':
			return typeof value === 'string' && INSTANT.test(value) ? value.slice(0, 10) : value;
		case 'choice':
			return chosen(field.choices, value);
		case 'choices':
			return several(value).map((one) => chosen(field.choices, one));
		case 'texts':
		case 'lists':
			return several(value).map(asText);
		case 'lines':
			return several(value).map((line) => bodyOf(field.fields, line as Given));
		case 'pairs':
			return filled(read(value));
		case 'loaded':
			return filled(read(value), asText);
		case 'json':
			return read(value);
		default:
			return asText(value);
	}
}

/** An expression may give the words of a choice as text: `true` and Yes are Yes. */
function chosen(choices: Choice[], value: unknown): unknown {
	const said = String(value).toLowerCase();
	const found = choices.find((one) => [one.label, String(one.value)].some((word) => word.toLowerCase() === said));
	return found ? found.value : value;
}

function several(value: unknown): unknown[] {
	const found = read(value);
	return (Array.isArray(found) ? found : [found]).filter((one) => !isBlank(one));
}

/** A figure as the digits that people see; never 8.129005e10. */
function asText(value: unknown): unknown {
	return Number.isSafeInteger(value) ? String(value) : value;
}

function filled(value: unknown, as: (one: unknown) => unknown = (one) => one): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	const pairs = Object.entries(value).filter(([name, one]) => name && !isBlank(one));
	return Object.fromEntries(pairs.map(([name, one]) => [name, as(one)]));
}

/** Lists and pairs may be typed as JSON; the server says what it wanted when it is none. */
function read(value: unknown): unknown {
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}

function isBlank(value: unknown): boolean {
	if (value === undefined || value === null || value === '') return true;
	return typeof value === 'object' && Object.values(value).every(isBlank);
}
