import { createHash } from 'crypto';
import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { called } from './calls';
import { tidied } from './tidying';

const UNITS: Record<string, number> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
const LATER_MS = 60_000; // the subscription outlives the wait, so that a reply of the last second still arrives
const ANSWER_KEYS = [
	'reply_id',
	'reply_kind',
	'reply_text',
	'button_id',
	'file_id',
	'intent',
	'confidence',
	'reply_date',
	'reply_amount',
	'needs_answer',
];

/** n8n signs the address that wakes a run and refuses any other; nobody but Tagih is told it. */
export const waitingWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		path: '={{ $nodeId }}',
		restartWebhook: true,
		isFullPath: true,
	},
];

/**
 * Sends, then lets the run sleep. 1. Who is it? 2. Subscribe to that customer's next reply, before anything leaves,
 * so that no answer is too quick. 3. Send. 4. What will not be sent is a result, and nobody waits for an answer.
 * 5. What leaves later (the night is over first) is waited for from then on.
 */
export async function sendAndWait(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = this.getInputData();
	if (items.length > 1) {
		throw new NodeOperationError(this.getNode(), 'This operation waits for one customer at a time', {
			description: `${items.length} items came in. Put a Loop Over Items node before this one.`,
		});
	}
	const patience = (this.getNodeParameter('waitAmount', 0) as number) * UNITS[this.getNodeParameter('waitUnit', 0) as string];
	let until = Date.now() + patience;
	const who = tidied({ customer: this.getNodeParameter('customer', 0) as string }, this.getTimezone());
	const found = await called(this, 'POST', '/v1/actions/find_customer', who);
	const subscription = await called(this, 'POST', '/v1/webhooks', {
		url: this.getSignedResumeUrl(),
		events: ['inbound_reply'],
		only_customers: [found.customer_id],
		once: true,
		ends_at: endOf(until),
		quiet: 'off',
		name: `n8n: ${this.getWorkflow().name ?? this.getWorkflow().id} waits`.slice(0, 100),
	});
	let answer: IDataObject = {};
	try {
		answer = await sent(this, items[0]?.json ?? {});
	} finally {
		if (answer.result !== 'sent' && answer.result !== 'planned') {
			await called(this, 'DELETE', `/v1/webhooks/${subscription.id}`);
		}
	}
	const nothing = Object.fromEntries(ANSWER_KEYS.map((key) => [key, null]));
	if (answer.result !== 'sent' && answer.result !== 'planned') {
		return [[{ json: { ...answer, ...nothing, timed_out: false }, pairedItem: { item: 0 } }]];
	}
	const later = delayOf(answer, subscription);
	if (later > 0) {
		until = Date.now() + later + patience;
		await called(this, 'PATCH', `/v1/webhooks/${subscription.id}`, { ends_at: endOf(until) });
	}
	// When the time is over n8n hands on what came in: so what came in says that nobody answered.
	items[0].json = { ...answer, ...nothing, timed_out: true };
	await this.putExecutionToWait(new Date(until));
	return [items];
}

function endOf(until: number): string {
	return new Date(until + LATER_MS).toISOString();
}

/** How long it is until the message leaves, by Tagih's own clock: in the sandbox it is not the machine's. */
function delayOf(answer: IDataObject, subscription: IDataObject): number {
	if (answer.result !== 'planned' || !answer.step_at) return 0;
	return Math.max(0, Date.parse(answer.step_at as string) - Date.parse(subscription.created_at as string)) || 0;
}

async function sent(context: IExecuteFunctions, item: IDataObject): Promise<IDataObject> {
	const as = context.getNodeParameter('sendAs', 0) as string;
	const more = context.getNodeParameter('additionalFields', 0, {}) as IDataObject;
	const customer = context.getNodeParameter('customer', 0) as string;
	let body: IDataObject = { customer, text: '', fallback_template: more.fallback_template };
	if (as === 'template') {
		const mapped = context.getNodeParameter('variables', 0, {}) as { value?: IDataObject };
		const about: IDataObject = more.invoice ? { invoice: more.invoice } : { customer };
		body = { ...about, template: context.getNodeParameter('template', 0), variables: mapped.value };
	} else {
		body.text = context.getNodeParameter('text', 0);
	}
	const name = as === 'template' ? 'send_template' : 'send_message';
	const run = [context.getExecutionId(), context.getNode().id, context.evaluateExpression('{{ $runIndex }}', 0)];
	const key = createHash('sha256').update(JSON.stringify([name, run, item.event_id ?? '', body])).digest('hex');
	const said = tidied(body, context.getTimezone());
	return await called(context, 'POST', `/v1/actions/${name}`, said, { 'Idempotency-Key': key });
}

/** The customer answered: the run goes on with the reply. */
export async function woken(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const event = this.getBodyData();
	if (event.type !== 'inbound_reply' || event.test === true) return { webhookResponse: 'not waited for' };
	return { workflowData: [[{ json: { ...event, timed_out: false } }]] };
}
