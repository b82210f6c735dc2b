'use strict';

/*
 * Plays the built piece as Activepieces' engine does, without Activepieces: one JSON line in, one out. The piece is
 * the file of PIECE; its framework's own objects are called, with a store in memory that is as strict as the real one.
 */
const readline = require('node:readline');
const { inspect } = require('node:util');
const { PieceMetadata } = require('@activepieces/pieces-framework');
const { extractPieceFromModule, STORE_KEY_MAX_LENGTH, STORE_VALUE_MAX_SIZE } = require('@activepieces/shared');

const pieceName = 'piece-tagih';
const pieceVersion = '0.1.0';
const piece = extractPieceFromModule({ module: require(process.env.PIECE), pieceName, pieceVersion });
const entries = new Map();

const storeOf = (flow) => {
  const place = (key) => {
    if (typeof key !== 'string' || !key || key.length > STORE_KEY_MAX_LENGTH) throw new Error(`a bad key: ${key}`);
    return `flow_${flow}/${key}`;
  };
  return {
    put: async (key, value) => {
      const text = JSON.stringify(value);
      if (text.length > STORE_VALUE_MAX_SIZE) throw new Error('too large');
      entries.set(place(key), text);
      return value;
    },
    get: async (key) => JSON.parse(entries.get(place(key)) ?? 'null'),
    delete: async (key) => void entries.delete(place(key)),
  };
};

const connectionOf = (auth) => ({ type: 'CUSTOM_AUTH', props: auth });

const contextOf = ({ auth, props = {}, flow = 'one', url, payload = {} }) => ({
  auth: connectionOf(auth),
  propsValue: { ...props, auth: connectionOf(auth) }, // the engine leaves it among the fields
  store: storeOf(flow),
  webhookUrl: url,
  payload,
  run: { id: 'run_1' },
  step: { name: 'step_1' },
});

/** Its schema (0.32) forgets two things that its own guide shows: secrets of a connection, and lists of plain texts. */
const asTheSchemaKnows = (_, value) => {
  if (value?.type === 'SECRET_TEXT') return { ...value, type: 'SHORT_TEXT' };
  return value?.type === 'ARRAY' ? { properties: {}, ...value } : value;
};

const propertyOf = ({ step, field }) => (piece.getAction(step) ?? piece.getTrigger(step)).props[field];

const calls = {
  metadata: () => {
    const told = { ...piece.metadata(), name: pieceName, version: pieceVersion };
    PieceMetadata.parse(JSON.parse(JSON.stringify(told), asTheSchemaKnows));
    return told;
  },
  validate: ({ auth }) => piece.auth.validate({ auth, server: { apiUrl: '', publicUrl: '' } }),
  act: (given) => piece.getAction(given.step).run(contextOf(given)),
  options: (given) =>
    propertyOf(given).options(
      given.auth ? { ...given.props, auth: connectionOf(given.auth) } : { ...given.props },
      { searchValue: given.search },
    ),
  fields: (given) => propertyOf(given).props({ ...given.props, auth: connectionOf(given.auth) }, {}),
  enable: (given) => piece.getTrigger(given.step).onEnable(contextOf(given)),
  disable: (given) => piece.getTrigger(given.step).onDisable(contextOf(given)),
  run: (given) => piece.getTrigger(given.step).run(contextOf(given)),
  test: (given) => piece.getTrigger(given.step).test(contextOf(given)),
  hasten: () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (milliseconds) => timeout(milliseconds / 100);
  },
  kept: ({ flow, field }) => storeOf(flow).get(field),
};

const play = async ({ call, ...given }) => {
  try {
    return { answer: (await calls[call](given)) ?? null };
  } catch (error) {
    // What the engine writes into its logs is the whole error.
    return { error: { message: error.message, whole: inspect(error, { depth: 20, showHidden: true }) } };
  }
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await play(JSON.parse(line)))}\n`);
  }
  process.exit(0); // fetch may hold a connection open
})();
