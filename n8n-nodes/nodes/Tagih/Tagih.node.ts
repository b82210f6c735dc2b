import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { properties } from './generated';
import { getTemplateFields, loadOptions } from './lists';
import { syncRows } from './syncing';
import { sendAndWait, waitingWebhooks, woken } from './waiting';

export class Tagih implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Tagih',
		name: 'tagih',
		icon: { light: 'file:../../icons/tagih.svg', dark: 'file:../../icons/tagih.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Send invoices and reminders over WhatsApp and SMS, record payments, read what customers answer',
		defaults: { name: 'Tagih' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'tagihApi', required: true }],
		waitingNodeTooltip: 'The run goes on when the customer answers or the time is over',
		webhooks: waitingWebhooks,
		requestDefaults: {
			baseURL: '={{ $credentials.baseUrl }}',
			disableFollowRedirect: true, // n8n would hand the key on to whatever a redirect names
			headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
		},
		properties,
	};

	methods = { loadOptions, resourceMapping: { getTemplateFields } };

	customOperations = { message: { sendAndWait }, import: { import_rows: syncRows } };

	webhook = woken;
}
