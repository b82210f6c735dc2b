'use strict';

// Joins the parts. Every name, field, sample and help text comes from generated/, which `make generate` writes.
const core = require('zapier-platform-core');

const { authentication } = require('./lib/authentication');
const { addAddressAndKey, tellProblems } = require('./lib/middlewares');
const { createOf, listOf, searchOf } = require('./lib/steps');
const { triggerOf } = require('./lib/triggers');
const creates = require('./generated/creates.json');
const lists = require('./generated/lists.json');
const searches = require('./generated/searches.json');
const searchOrCreates = require('./generated/searchOrCreates.json');
const triggers = require('./generated/triggers.json');
const { version } = require('./package.json');

const each = (operations, make) =>
  Object.fromEntries(Object.entries(operations).map(([key, operation]) => [key, make(operation)]));

module.exports = {
  version,
  platformVersion: core.version,
  flags: { cleanInputData: false },
  authentication,
  beforeRequest: [addAddressAndKey],
  afterResponse: [tellProblems],
  triggers: { ...each(triggers, triggerOf), ...each(lists, listOf) },
  searches: each(searches, searchOf),
  creates: each(creates, createOf),
  searchOrCreates: each(searchOrCreates, ({ definition }) => definition),
};
