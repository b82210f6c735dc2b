'use strict';

/*
 * Plays the app as Zapier does, without Zapier: one JSON line in, one out. A call names a part of the app
 * ("creates.create_invoice.operation.perform") and gives its bundle; the answer is what came of it.
 */
const readline = require('node:readline');
const zapier = require('zapier-platform-core');

const App = require('..');

console.log = console.error; // core tells its memory now and then; the answers have this way alone
const tester = zapier.createAppTester(App);

const partOf = (path) => path.split('.').reduce((part, name) => part[name], App);

/** Zapier's errors carry their words and figures as JSON. */
const toldBy = (error) => {
  try {
    return { name: error.name, ...JSON.parse(error.message) };
  } catch {
    return { name: error.name, message: error.message };
  }
};

const play = async ({ part, bundle }) => {
  const authData = bundle.authData || JSON.parse(process.env.TAGIH_AUTH);
  try {
    const found = partOf(part);
    return { answer: (await tester(found, { ...bundle, authData })) ?? null };
  } catch (error) {
    return { error: toldBy(error) };
  }
};

const lines = readline.createInterface({ input: process.stdin });
(async () => {
  for await (const line of lines) process.stdout.write(`${JSON.stringify(await play(JSON.parse(line)))}\n`);
  process.exit(0); // core may hold a connection open
})();
