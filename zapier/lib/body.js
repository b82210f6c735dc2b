'use strict';

const OURS = new Set(['deduplication_key', 'halt_on']);
const TEXTS = new Set(['string', 'text', 'file']);
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d/;

const isBlank = (value) =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.values(value).every(isBlank));

/** The fields of a form as the server takes them: blanks left out, line items and loaded fields under one name. */
function bodyOf(fields, shape, given) {
  const body = {};
  for (const field of fields) {
    const value = given[field.key];
    if (OURS.has(field.key) || isBlank(value)) continue;
    body[field.key] = field.children ? linesOf(field, shape, value) : valueOf(field, shape, value);
  }
  for (const name of Object.keys(shape.loaded)) {
    const before = `${name}__`;
    const found = filled(given).filter(([key]) => key.startsWith(before));
    if (found.length) body[name] = Object.fromEntries(found.map(([key, value]) => [key.slice(before.length), asText(value)]));
  }
  return body;
}

/**
 * Whole numbers of a drop-down arrive as text, another app's phones and invoice numbers as figures, its dates with
 * a time of day: each becomes what was meant. What is none of these stays as it is, so that the server can say so.
 */
function valueOf({ key, type, list, dict }, shape, value) {
  if (list) return [].concat(value).filter((one) => !isBlank(one)).map((one) => valueOf({ key, type }, shape, one));
  if (dict) return Object.fromEntries(filled(value));
  if (type === 'integer' && /^-?\d+$/.test(value)) return Number(value);
  if (shape.dates.includes(key) && INSTANT.test(value)) return value.slice(0, 10);
  return TEXTS.has(type) ? asText(value) : value;
}

/** A figure as the digits that people see; never 8.129005e10. */
const asText = (value) => (Number.isSafeInteger(value) ? String(value) : value);

/** A line's fields without what makes their keys unique in the form: `lines__amount` is `amount` again. */
function linesOf({ key, children }, shape, value) {
  const tidied = (line) =>
    children
      .filter((child) => !isBlank(line[child.key]))
      .map((child) => [child.key.slice(key.length + 2), valueOf(child, shape, line[child.key])]);
  return [].concat(value).map(tidied).filter((line) => line.length).map(Object.fromEntries);
}

const filled = (pairs) => Object.entries(pairs).filter(([name, value]) => name && !isBlank(value));

module.exports = { bodyOf };
