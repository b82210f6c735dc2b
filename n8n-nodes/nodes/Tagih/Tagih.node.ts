import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { properties } from './generated';
import { getTemplateFields, loadOptions } from './lists';

export class Tagih implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Tagih',
		name: 'tagih',
		icon: { light: 'file:../../icons/tagih.svg', dark: 'file:../../icons/tagih.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] }}',
		description: 'Send invoices and reminders over WhatsApp and SMS, record payments, read what customers answer',
		defaults: { name: 'Tagih' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'tagihApi', required: true }],
		requestDefaults: {
			baseURL: '={{ $credentials.baseUrl }}',
			headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
		},
		properties,
	};

	methods = { loadOptions, resourceMapping: { getTemplateFields } };
}
