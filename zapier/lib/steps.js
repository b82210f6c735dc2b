'use strict';

const { createHash } = require('node:crypto');

const { bodyOf } = require('./body');
const { fetched, isKept, uploaded } = require('./files');

/** An action. Expected endings are results; those that the user chose stop the Zap without an error. */
const createOf = ({ definition, shape }) => {
  const fields = withLoaded(definition.operation.inputFields, shape.loaded);
  const perform = async (z, bundle) => {
    const body = bodyOf(fields, shape, bundle.inputData);
    const brought = {};
    for (const name of shape.files.filter((one) => body[one] && !isKept(body[one]))) {
      brought[name] = await fetched(z, body[name]);
    }
    // The key knows a document by its bytes: each upload has an id of its own, and each link a signature.
    const known = { ...body, ...Object.fromEntries(Object.entries(brought).map(([name, bytes]) => [name, digestOf(bytes)])) };
    const key = keyOf(definition.key, shape.makes_key, bundle.inputData.deduplication_key, known);
    for (const [name, bytes] of Object.entries(brought)) body[name] = await uploaded(z, bytes);
    const headers = key ? { 'idempotency-key': key } : {};
    const response = await z.request({ method: 'POST', url: `/v1/actions/${definition.key}`, headers, body });
    const answer = response.data;
    if ([].concat(bundle.inputData.halt_on || []).includes(answer.result)) {
      throw new z.errors.HaltedError(answer.result_text || answer.result);
    }
    if (!shape.makes_key) return answer;
    return { ...answer, was_repeated: response.headers.get('idempotent-replayed') === 'true' };
  };
  return { ...definition, operation: { ...definition.operation, inputFields: fields, perform } };
};

/**
 * What a repeated run is known by. Where an action has no own memory (a message), the same fields within a day are
 * one. Where it has (an invoice's number, a pause), the same fields again may be meant: only the user's key counts.
 */
function keyOf(action, makesKey, given, body) {
  if (!given && !makesKey) return null;
  const what = given ? ['key', String(given)] : ['fields', sorted(body)];
  return digestOf(JSON.stringify([action, ...what]));
}

const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

const sorted = (value) =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.keys(value).sort().map((key) => [key, sorted(value[key])])
    : value;

/** A search answers a list; nothing found is an empty one, which Zapier handles as the user chose. */
const searchOf = ({ definition, shape }) => {
  const perform = async (z, bundle) => {
    const body = bodyOf(definition.operation.inputFields, shape, bundle.inputData);
    const url = `/v1/actions/${definition.key}`;
    const { data, status } = await z.request({ method: 'POST', url, body, mayBeAbsent: true });
    if (status === 404) return [];
    return shape.listed ? data.items : [data];
  };
  return { ...definition, operation: { ...definition.operation, perform } };
};

/** A hidden trigger: the choices of a drop-down. */
const listOf = ({ definition, shape }) => {
  const perform = async (z) => (await z.request({ url: `/v1/options/${shape.options}` })).data;
  return { ...definition, operation: { ...definition.operation, perform } };
};

/** The fields that only the server knows, such as a template's own variables, once their parent is chosen. */
const withLoaded = (fields, loaded) => [
  ...fields,
  ...Object.entries(loaded).map(([name, { list, from }]) => async (z, bundle) => {
    const chosen = bundle.inputData[from];
    if (!chosen) return [];
    const { data } = await z.request({ url: `/v1/options/${list}`, params: { [from]: chosen } });
    const required = new Set(data.required || []);
    return Object.entries(data.properties).map(([key, { title, description, examples }]) => ({
      key: `${name}__${key}`,
      label: title || key,
      type: 'string',
      required: required.has(key),
      ...(description ? { helpText: description } : {}),
      ...(examples && examples[0] ? { placeholder: String(examples[0]) } : {}),
    }));
  }),
];

module.exports = { createOf, keyOf, listOf, searchOf };
