'use strict';

const { bodyOf } = require('./body');

const NO_SHAPE = { dates: [], files: [], loaded: {} };

/** A REST hook: Tagih keeps the subscription until the Zap is turned off. */
const triggerOf = ({ definition }) => {
  const { key, display, operation } = definition;

  const performSubscribe = async (z, bundle) => {
    const filters = bodyOf(operation.inputFields, NO_SHAPE, bundle.inputData);
    const body = { ...filters, url: bundle.targetUrl, events: [key], name: `Zapier: ${display.label}` };
    const { data } = await z.request({ method: 'POST', url: '/v1/webhooks', body });
    return { id: data.id }; // not the secret: Zapier hands us no raw body to check a signature against
  };

  const performUnsubscribe = async (z, bundle) => {
    const id = encodeURIComponent(bundle.subscribeData.id);
    return (await z.request({ method: 'DELETE', url: `/v1/webhooks/${id}` })).data;
  };

  const perform = (z, bundle) => [bundle.cleanedRequest];

  // The newest events of this kind, or the spec's own sample where there were none yet: the very same keys.
  const performList = async (z) => (await z.request({ url: `/v1/triggers/${key}/samples` })).data.items;

  return { ...definition, operation: { ...operation, perform, performList, performSubscribe, performUnsubscribe } };
};

module.exports = { triggerOf };
