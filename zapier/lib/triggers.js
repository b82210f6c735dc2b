'use strict';

const { bodyOf } = require('./body');

const NO_SHAPE = { dates: [], files: [], loaded: {} };

/** Whether the filters let an event through, as far as the event shows what they ask for (not its recipe). */
function fits(event, { days_overdue: days, reasons, only_tags: tags }) {
  const own = String(event.extra_tag || '').split(',').map((tag) => tag.trim());
  return (
    (!days || days.map(Number).includes(event.threshold_days)) &&
    (!reasons || reasons.includes(event.reason)) &&
    (!tags || tags.some((tag) => own.includes(tag)))
  );
}

/** A REST hook: Tagih keeps the subscription until the Zap is turned off. */
const triggerOf = ({ definition }) => {
  const { key, display, operation } = definition;

  const filtersOf = (bundle) => bodyOf(operation.inputFields, NO_SHAPE, bundle.inputData);

  const performSubscribe = async (z, bundle) => {
    const body = { ...filtersOf(bundle), url: bundle.targetUrl, events: [key], name: `Zapier: ${display.label}` };
    const { data } = await z.request({ method: 'POST', url: '/v1/webhooks', body });
    return { id: data.id }; // not the secret: Zapier hands us no raw body to check a signature against
  };

  const performUnsubscribe = async (z, bundle) => {
    const id = encodeURIComponent(bundle.subscribeData.id);
    return (await z.request({ method: 'DELETE', url: `/v1/webhooks/${id}` })).data;
  };

  const perform = (z, bundle) => [bundle.cleanedRequest];

  // The newest events of this kind that the filters let through, or the spec's own sample: the very same keys.
  const performList = async (z, bundle) => {
    const { items } = (await z.request({ url: `/v1/triggers/${key}/samples` })).data;
    const fitting = items.filter((event) => fits(event, filtersOf(bundle)));
    return fitting.length ? fitting : [operation.sample];
  };

  return { ...definition, operation: { ...operation, perform, performList, performSubscribe, performUnsubscribe } };
};

module.exports = { triggerOf };
