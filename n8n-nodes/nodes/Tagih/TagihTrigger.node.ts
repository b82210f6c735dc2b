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
import { isSigned } from './signature';

const LONGEST_NAME = 100; // what Tagih takes for a subscription's name
const REMEMBERED = 200; // event ids: a delivery that comes twice starts one run

type Kept = { subscriptionId?: string; secret?: string; seen?: string[] };

function isGone(fault: unknown): boolean {
	return (fault as { httpCode?: string | null }).httpCode === '404';
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
				if (!kept.subscriptionId) return false;
				const found = await called(this, 'GET', '/v1/webhooks');
				const items = (found.items ?? []) as IDataObject[];
				return items.some((one) => one.id === kept.subscriptionId && one.url === this.getNodeWebhookUrl('default'));
			},

			async create(this: IHookFunctions): Promise<boolean> {
				const kept = this.getWorkflowStaticData('node') as Kept;
				const options = this.getNodeParameter('options', {}) as Record<string, string>;
				const list = (text?: string) => (text ?? '').split(',').map((one) => one.trim()).filter(Boolean);
				const body: IDataObject = {
					url: this.getNodeWebhookUrl('default'),
					events: this.getNodeParameter('events') as string[],
					name: `n8n: ${this.getWorkflow().name ?? this.getWorkflow().id}`.slice(0, LONGEST_NAME),
				};
				if (list(options.onlyTags).length) body.only_tags = list(options.onlyTags);
				if (list(options.onlyRecipes).length) body.only_recipes = list(options.onlyRecipes);
				if (list(options.reasons).length) body.reasons = list(options.reasons);
				if (list(options.daysOverdue).length) body.days_overdue = list(options.daysOverdue).map(Number);
				// Whoever tries the trigger by hand is awake.
				if (this.getMode() === 'manual') body.quiet = 'off';
				else if (options.quiet !== undefined) body.quiet = options.quiet || 'off';
				const made = await called(this, 'POST', '/v1/webhooks', body);
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
				delete kept.subscriptionId;
				delete kept.secret;
				delete kept.seen;
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const kept = this.getWorkflowStaticData('node') as Kept;
		const request = this.getRequestObject();
		const headers = this.getHeaderData() as Record<string, string>;
		const raw = request.rawBody ?? Buffer.from(JSON.stringify(this.getBodyData()));
		if (!kept.secret || !isSigned(headers, raw, [kept.secret], Date.now() / 1000)) {
			this.getResponseObject().status(401).json({ message: 'The signature does not fit' });
			return { noWebhookResponse: true };
		}
		const seen = kept.seen ?? [];
		const id = headers['webhook-id'];
		if (seen.includes(id)) return { webhookResponse: 'seen before' };
		kept.seen = [...seen, id].slice(-REMEMBERED);
		return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] };
	}
}
