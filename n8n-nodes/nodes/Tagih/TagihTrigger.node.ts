import {
	NodeApiError,
	NodeConnectionTypes,
	type IDataObject,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	type JsonObject,
} from 'n8n-workflow';

import { called } from './calls';
import { events } from './generated/events';
import { signedBy } from './signature';

const LONGEST_NAME = 100; // what Tagih takes for a subscription's name
const REMEMBERED = 400; // marks, two for each delivery
const ASKED_EVERY_MS = 10_000;
const LONGEST_LOG = 200; // what Tagih shows of its log at once

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;
type Kept = { subscriptionId?: string; secret?: string; askedAt?: number };
type Headers = Record<string, string | undefined>;

/**
 * What each subscription has brought. In memory, for what a webhook writes into the workflow's static data is lost
 * whenever it starts a run: n8n 2.41 makes a new Workflow of the same object, which forgets that it was changed.
 */
const SEEN = new Map<string, string[]>();

function isGone(fault: unknown): boolean {
	return (fault as { httpCode?: string | null }).httpCode === '404';
}

/** What the node wants to be told, as Tagih's subscriptions say it; what is left blank is said too. */
function wishOf(context: IHookFunctions): IDataObject {
	const options = context.getNodeParameter('options', {}) as Record<string, string>;
	const list = (text?: string) => (text ?? '').split(',').map((one) => one.trim()).filter(Boolean);
	const wish: IDataObject = {
		url: context.getNodeWebhookUrl('default'),
		events: context.getNodeParameter('events') as string[],
		name: `n8n: ${context.getWorkflow().name ?? context.getWorkflow().id}`.slice(0, LONGEST_NAME),
		only_tags: list(options.onlyTags),
		only_recipes: list(options.onlyRecipes),
		reasons: list(options.reasons),
		days_overdue: list(options.daysOverdue).map(Number),
	};
	// Whoever tries the trigger by hand is awake.
	if (context.getMode() === 'manual') wish.quiet = 'off';
	else if (options.quiet !== undefined) wish.quiet = options.quiet || 'off';
	return wish;
}

/**
 * Takes a new secret of the node's own, after somebody changed it at the server; the former one signs too for 24
 * hours. Answers whether it is kept: n8n does so only for a request that starts no run.
 */
async function renewed(context: IWebhookFunctions, kept: Kept): Promise<boolean> {
	try {
		const given = await called(context, 'POST', `/v1/webhooks/${kept.subscriptionId}/rotate-secret`);
		kept.secret = given.secret as string;
		return true;
	} catch (fault) {
		context.logger.warn(`Tagih Trigger: no new secret: ${(fault as Error).message}`);
		return false;
	}
}

/**
 * Whether Tagih itself says that it is sending us this event right now: only then is a strange signature its own.
 * Asked seldom, so that forged events do not use up what the key may call.
 */
async function isOnItsWay(context: IWebhookFunctions, kept: Kept, eventId?: string): Promise<boolean> {
	if (!kept.subscriptionId || !eventId || Date.now() - (kept.askedAt ?? 0) < ASKED_EVERY_MS) return false;
	kept.askedAt = Date.now();
	try {
		const log = `/v1/webhooks/${kept.subscriptionId}/deliveries?state=sending&limit=${LONGEST_LOG}`;
		const found = ((await called(context, 'GET', log)).items ?? []) as IDataObject[];
		return found.some((one) => one.event_id === eventId);
	} catch (fault) {
		context.logger.warn(`Tagih Trigger: a strange signature, and Tagih is silent: ${(fault as Error).message}`);
		return false;
	}
}

/**
 * What a delivery is known by: the event and its replay, so that a replay runs again and a retry does not; and the
 * event with the time that is signed, so that nobody else's copy runs as a replay: that header bears no signature.
 */
function marksOf(headers: Headers): string[] {
	const id = headers['webhook-id'];
	return [`${id} ${headers['tagih-replay'] ?? ''}`, `${id} @${headers['webhook-timestamp']}`];
}

/** Whether none of the marks was seen; they are remembered, unless n8n answers that the run could not begin. */
function isNew(subscription: string, marks: string[], response: Response): boolean {
	const seen = SEEN.get(subscription) ?? [];
	if (marks.some((mark) => seen.includes(mark))) return false;
	SEEN.set(subscription, [...seen, ...marks].slice(-REMEMBERED));
	response.once('finish', () => {
		if (response.statusCode < 400) return;
		SEEN.set(subscription, (SEEN.get(subscription) ?? []).filter((mark) => !marks.includes(mark)));
	});
	return true;
}

export class TagihTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Tagih Trigger',
		name: 'tagihTrigger',
		icon: { light: 'file:../../icons/tagih.svg', dark: 'file:../../icons/tagih.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when something happens to an invoice, a payment, a promise or a message',
		defaults: { name: 'Tagih Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'tagihApi', required: true }],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [
			{
				displayName: 'Events',
				name: 'events',
				type: 'multiOptions',
				options: events,
				default: [],
				required: true,
				description: 'A dispute fires both Dispute Opened and Person Needed: choose one of the two',
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [
					{
						displayName: 'Days Overdue',
						name: 'daysOverdue',
						type: 'string',
						default: '',
						placeholder: '1, 7, 14',
						description: 'Only these thresholds of Invoice Overdue, separated by commas',
					},
					{
						displayName: 'Only Recipes',
						name: 'onlyRecipes',
						type: 'string',
						default: '',
						description: 'Only invoices that follow these recipes, separated by commas',
					},
					{
						displayName: 'Only Tags',
						name: 'onlyTags',
						type: 'string',
						default: '',
						description: 'Only invoices with these extra values, separated by commas',
					},
					{
						displayName: 'Quiet Hours',
						name: 'quiet',
						type: 'string',
						default: '21:00-07:00',
						description: 'Events of these hours come in order afterwards. Blank: at any hour.',
					},
					{
						displayName: 'Reasons',
						name: 'reasons',
						type: 'string',
						default: '',
						placeholder: 'dispute, hardship',
						description: 'Only cases with these reasons, separated by commas',
					},
				],
			},
		],
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const kept = this.getWorkflowStaticData('node') as Kept;
				if (!kept.subscriptionId || !kept.secret) return false;
				const found = await called(this, 'GET', '/v1/webhooks');
				const wish = wishOf(this);
				const items = (found.items ?? []) as IDataObject[];
				if (!items.some((one) => one.id === kept.subscriptionId && one.url === wish.url)) return false;
				// One that was stopped goes on with what has waited, and wants what the node wants now.
				await called(this, 'PATCH', `/v1/webhooks/${kept.subscriptionId}`, { ...wish, active: true });
				return true;
			},

			async create(this: IHookFunctions): Promise<boolean> {
				const kept = this.getWorkflowStaticData('node') as Kept;
				const made = await called(this, 'POST', '/v1/webhooks', wishOf(this));
				if (!made.id || !made.secret) {
					throw new NodeApiError(this.getNode(), made as JsonObject, { message: 'Tagih did not subscribe' });
				}
				kept.subscriptionId = made.id as string;
				kept.secret = made.secret as string;
				return true;
			},

			async delete(this: IHookFunctions): Promise<boolean> {
				const kept = this.getWorkflowStaticData('node') as Kept;
				if (kept.subscriptionId) {
					try {
						await called(this, 'DELETE', `/v1/webhooks/${kept.subscriptionId}`);
					} catch (fault) {
						if (!isGone(fault)) throw new NodeApiError(this.getNode(), fault as JsonObject);
					}
				}
				SEEN.delete(kept.subscriptionId ?? '');
				delete kept.subscriptionId;
				delete kept.secret;
				delete kept.askedAt;
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const kept = this.getWorkflowStaticData('node') as Kept;
		const request = this.getRequestObject();
		const headers = this.getHeaderData() as Headers;
		const raw = request.rawBody ?? Buffer.from(JSON.stringify(this.getBodyData()));
		const place = kept.secret ? signedBy(headers, raw, kept.secret, Date.now() / 1000) : -1;
		// Somebody changed the secret at the server: ours signs second for 24 hours, and no more afterwards.
		const isStale = place > 0 || (place < 0 && (await isOnItsWay(this, kept, headers['webhook-id'])));
		const response = this.getResponseObject();
		if (isStale && (await renewed(this, kept))) {
			response.status(503).set('Retry-After', '1').json({ message: 'A new secret was taken: once more, please' });
			return { noWebhookResponse: true };
		}
		if (place < 0) {
			response.status(401).json({ message: 'The signature does not fit' });
			return { noWebhookResponse: true };
		}
		if (!isNew(kept.subscriptionId ?? '', marksOf(headers), response)) return { webhookResponse: 'seen before' };
		return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] };
	}
}
