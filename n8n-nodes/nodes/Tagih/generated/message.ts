// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const messageFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['message'],
			},
		},
		options: [
			{
				name: 'Resend Invoice',
				value: 'resend_invoice',
				action: 'Resend invoice',
				description: 'Sends the invoice\'s own text once more, for a customer who did not get it or cannot find it',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/resend_invoice',
						ignoreHttpStatusErrors: true,
					},
					send: {
						preSend: [
							prepared,
						],
					},
					output: {
						postReceive: [
							answered,
						],
					},
				},
			},
			{
				name: 'Schedule Reminder',
				value: 'schedule_reminder',
				action: 'Schedule reminder',
				description: 'Plans one template for an invoice or a customer at a time of your choice, inside the sending hours',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/schedule_reminder',
						ignoreHttpStatusErrors: true,
					},
					send: {
						preSend: [
							prepared,
						],
					},
					output: {
						postReceive: [
							answered,
						],
					},
				},
			},
			{
				name: 'Send Message',
				value: 'send_message',
				action: 'Send message',
				description: 'Writes to a customer in free words while the 24 hours after their own message last',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/send_message',
						ignoreHttpStatusErrors: true,
					},
					send: {
						preSend: [
							prepared,
						],
					},
					output: {
						postReceive: [
							answered,
						],
					},
				},
			},
			{
				name: 'Send Template',
				value: 'send_template',
				action: 'Send template',
				description: 'Sends one template for an invoice or to a customer as soon as its permission allows',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/send_template',
						ignoreHttpStatusErrors: true,
					},
					send: {
						preSend: [
							prepared,
						],
					},
					output: {
						postReceive: [
							answered,
						],
					},
				},
			},
			{
				name: 'Send and Wait for Reply',
				value: 'sendAndWait',
				action: 'Send and wait for reply',
				description: 'Sends a text or a template; this run sleeps until the customer answers or the time is over',
			},
		],
		default: 'resend_invoice',
	},
	{
		displayName: 'Invoice',
		name: 'invoice',
		required: true,
		type: 'string',
		default: '',
		description: 'The invoice\'s number or ID',
		routing: {
			send: {
				type: 'body',
				property: 'invoice',
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['resend_invoice'],
			},
		},
	},
	{
		displayName: 'Reason',
		name: 'reason',
		required: true,
		type: 'string',
		default: '',
		description: 'Why it goes once more',
		routing: {
			send: {
				type: 'body',
				property: 'reason',
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['resend_invoice'],
			},
		},
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['resend_invoice'],
			},
		},
		options: [
			{
				displayName: 'Channel',
				name: 'channel',
				type: 'options',
				options: [
					{
						name: 'SMS',
						value: 'sms',
					},
					{
						name: 'WhatsApp',
						value: 'whatsapp',
					},
				],
				default: 'sms',
				description: 'The preferred channel',
				routing: {
					send: {
						type: 'body',
						property: 'channel',
					},
				},
			},
			{
				displayName: 'Deduplication Key',
				name: 'deduplicationKey',
				type: 'string',
				typeOptions: {
					password: false,
				},
				default: '',
				description: 'The same key with the same fields is done once within 24 hours. Blank: made by itself.',
			},
			{
				displayName: 'Dry Run',
				name: 'dry_run',
				type: 'boolean',
				default: false,
				description: 'Whether to only try it. True answers what would happen and changes nothing.',
				routing: {
					send: {
						type: 'body',
						property: 'dry_run',
					},
				},
			},
		],
	},
	{
		displayName: 'Template Name or ID',
		name: 'template',
		required: true,
		type: 'options',
		typeOptions: {
			loadOptionsMethod: 'getTemplates',
		},
		default: '',
		description: 'The template to send. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		routing: {
			send: {
				type: 'body',
				property: 'template',
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['schedule_reminder'],
			},
		},
	},
	{
		displayName: 'Variables',
		name: 'variables',
		type: 'resourceMapper',
		noDataExpression: true,
		default: {
			mappingMode: 'defineBelow',
			value: null,
		},
		typeOptions: {
			loadOptionsDependsOn: ['template'],
			resourceMapper: {
				resourceMapperMethod: 'getTemplateFields',
				mode: 'add',
				fieldWords: {
					singular: 'variable',
					plural: 'variables',
				},
				addAllFields: true,
				multiKeyMatch: false,
			},
		},
		routing: {
			send: {
				type: 'body',
				property: 'variables',
				value: '={{ $value.value }}',
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['schedule_reminder'],
			},
		},
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['schedule_reminder'],
			},
		},
		options: [
			{
				displayName: 'Channel',
				name: 'channel',
				type: 'options',
				options: [
					{
						name: 'SMS',
						value: 'sms',
					},
					{
						name: 'WhatsApp',
						value: 'whatsapp',
					},
				],
				default: 'sms',
				description: 'The preferred channel',
				routing: {
					send: {
						type: 'body',
						property: 'channel',
					},
				},
			},
			{
				displayName: 'Customer',
				name: 'customer',
				type: 'string',
				default: '',
				description: 'The customer\'s own reference, phone number or ID',
				routing: {
					send: {
						type: 'body',
						property: 'customer',
					},
				},
			},
			{
				displayName: 'Deduplication Key',
				name: 'deduplicationKey',
				type: 'string',
				typeOptions: {
					password: false,
				},
				default: '',
				description: 'The same key with the same fields is done once within 24 hours. Blank: made by itself.',
			},
			{
				displayName: 'Dry Run',
				name: 'dry_run',
				type: 'boolean',
				default: false,
				description: 'Whether to only try it. True answers what would happen and changes nothing.',
				routing: {
					send: {
						type: 'body',
						property: 'dry_run',
					},
				},
			},
			{
				displayName: 'Invoice',
				name: 'invoice',
				type: 'string',
				default: '',
				description: 'The invoice\'s number or ID',
				routing: {
					send: {
						type: 'body',
						property: 'invoice',
					},
				},
			},
			{
				displayName: 'Send At',
				name: 'send_at',
				type: 'string',
				default: '',
				description: 'When to send: with an offset, or local time of the customer',
				routing: {
					send: {
						type: 'body',
						property: 'send_at',
					},
				},
			},
		],
	},
	{
		displayName: 'Customer',
		name: 'customer',
		required: true,
		type: 'string',
		default: '',
		description: 'The customer\'s own reference, phone number or ID',
		routing: {
			send: {
				type: 'body',
				property: 'customer',
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['send_message'],
			},
		},
	},
	{
		displayName: 'Text',
		name: 'text',
		required: true,
		type: 'string',
		default: '',
		description: 'What the customer will read',
		routing: {
			send: {
				type: 'body',
				property: 'text',
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['send_message'],
			},
		},
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['send_message'],
			},
		},
		options: [
			{
				displayName: 'Case',
				name: 'case',
				type: 'string',
				default: '',
				description: 'The case\'s ID',
				routing: {
					send: {
						type: 'body',
						property: 'case',
					},
				},
			},
			{
				displayName: 'Deduplication Key',
				name: 'deduplicationKey',
				type: 'string',
				typeOptions: {
					password: false,
				},
				default: '',
				description: 'The same key with the same fields is done once within 24 hours. Blank: made by itself.',
			},
			{
				displayName: 'Dry Run',
				name: 'dry_run',
				type: 'boolean',
				default: false,
				description: 'Whether to only try it. True answers what would happen and changes nothing.',
				routing: {
					send: {
						type: 'body',
						property: 'dry_run',
					},
				},
			},
			{
				displayName: 'Fallback Template Name or ID',
				name: 'fallback_template',
				type: 'options',
				typeOptions: {
					loadOptionsMethod: 'getTemplates',
				},
				default: '',
				description: 'The template that goes instead when the 24 hours of free messages are over. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
				routing: {
					send: {
						type: 'body',
						property: 'fallback_template',
					},
				},
			},
			{
				displayName: 'File',
				name: 'file',
				type: 'string',
				default: '',
				description: 'A JPEG or PNG photo or a PDF of at most 5 MB: the ID of an uploaded file, or its https address. It goes by WhatsApp only, never with a template.',
				routing: {
					send: {
						type: 'body',
						property: 'file',
					},
				},
			},
		],
	},
	{
		displayName: 'Template Name or ID',
		name: 'template',
		required: true,
		type: 'options',
		typeOptions: {
			loadOptionsMethod: 'getTemplates',
		},
		default: '',
		description: 'The template to send. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		routing: {
			send: {
				type: 'body',
				property: 'template',
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['send_template'],
			},
		},
	},
	{
		displayName: 'Variables',
		name: 'variables',
		type: 'resourceMapper',
		noDataExpression: true,
		default: {
			mappingMode: 'defineBelow',
			value: null,
		},
		typeOptions: {
			loadOptionsDependsOn: ['template'],
			resourceMapper: {
				resourceMapperMethod: 'getTemplateFields',
				mode: 'add',
				fieldWords: {
					singular: 'variable',
					plural: 'variables',
				},
				addAllFields: true,
				multiKeyMatch: false,
			},
		},
		routing: {
			send: {
				type: 'body',
				property: 'variables',
				value: '={{ $value.value }}',
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['send_template'],
			},
		},
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['send_template'],
			},
		},
		options: [
			{
				displayName: 'Channel',
				name: 'channel',
				type: 'options',
				options: [
					{
						name: 'SMS',
						value: 'sms',
					},
					{
						name: 'WhatsApp',
						value: 'whatsapp',
					},
				],
				default: 'sms',
				description: 'The preferred channel',
				routing: {
					send: {
						type: 'body',
						property: 'channel',
					},
				},
			},
			{
				displayName: 'Customer',
				name: 'customer',
				type: 'string',
				default: '',
				description: 'The customer\'s own reference, phone number or ID',
				routing: {
					send: {
						type: 'body',
						property: 'customer',
					},
				},
			},
			{
				displayName: 'Deduplication Key',
				name: 'deduplicationKey',
				type: 'string',
				typeOptions: {
					password: false,
				},
				default: '',
				description: 'The same key with the same fields is done once within 24 hours. Blank: made by itself.',
			},
			{
				displayName: 'Dry Run',
				name: 'dry_run',
				type: 'boolean',
				default: false,
				description: 'Whether to only try it. True answers what would happen and changes nothing.',
				routing: {
					send: {
						type: 'body',
						property: 'dry_run',
					},
				},
			},
			{
				displayName: 'Invoice',
				name: 'invoice',
				type: 'string',
				default: '',
				description: 'The invoice\'s number or ID',
				routing: {
					send: {
						type: 'body',
						property: 'invoice',
					},
				},
			},
		],
	},
	{
		displayName: 'Customer',
		name: 'customer',
		required: true,
		type: 'string',
		default: '',
		description: 'The customer\'s own reference, phone number or ID',
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['sendAndWait'],
			},
		},
	},
	{
		displayName: 'Send',
		name: 'sendAs',
		type: 'options',
		options: [
			{
				name: 'Free Text',
				value: 'text',
				description: 'Within 24 hours after the customer\'s own message',
			},
			{
				name: 'Template',
				value: 'template',
				description: 'At any time its permission allows',
			},
		],
		default: 'text',
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['sendAndWait'],
			},
		},
	},
	{
		displayName: 'Text',
		name: 'text',
		required: true,
		type: 'string',
		typeOptions: {
			rows: 4,
		},
		default: '',
		description: 'What the customer will read',
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['sendAndWait'],
				sendAs: ['text'],
			},
		},
	},
	{
		displayName: 'Template Name or ID',
		name: 'template',
		required: true,
		type: 'options',
		typeOptions: {
			loadOptionsMethod: 'getTemplates',
		},
		default: '',
		description: 'The template to send. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['sendAndWait'],
				sendAs: ['template'],
			},
		},
	},
	{
		displayName: 'Variables',
		name: 'variables',
		type: 'resourceMapper',
		noDataExpression: true,
		default: {
			mappingMode: 'defineBelow',
			value: null,
		},
		typeOptions: {
			loadOptionsDependsOn: ['template'],
			resourceMapper: {
				resourceMapperMethod: 'getTemplateFields',
				mode: 'add',
				fieldWords: {
					singular: 'variable',
					plural: 'variables',
				},
				addAllFields: true,
				multiKeyMatch: false,
			},
		},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['sendAndWait'],
				sendAs: ['template'],
			},
		},
	},
	{
		displayName: 'Wait At Most',
		name: 'waitAmount',
		type: 'number',
		typeOptions: {
			minValue: 0.1,
		},
		default: 2,
		description: 'The time after which the run goes on without an answer, with timed_out true',
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['sendAndWait'],
			},
		},
	},
	{
		displayName: 'Unit',
		name: 'waitUnit',
		type: 'options',
		options: [
			{
				name: 'Days',
				value: 'days',
			},
			{
				name: 'Hours',
				value: 'hours',
			},
			{
				name: 'Minutes',
				value: 'minutes',
			},
		],
		default: 'days',
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['sendAndWait'],
			},
		},
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: {
			show: {
				resource: ['message'],
				operation: ['sendAndWait'],
			},
		},
		options: [
			{
				displayName: 'Fallback Template Name or ID',
				name: 'fallback_template',
				type: 'options',
				typeOptions: {
					loadOptionsMethod: 'getTemplates',
				},
				default: '',
				description: 'The template that goes instead when the 24 hours of free messages are over. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Invoice',
				name: 'invoice',
				type: 'string',
				default: '',
				description: 'The number or ID of the invoice that a template speaks of',
			},
		],
	},
];
