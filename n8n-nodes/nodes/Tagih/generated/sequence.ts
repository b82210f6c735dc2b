// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const sequenceFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['sequence'],
			},
		},
		options: [
			{
				name: 'Cancel Sequence',
				value: 'cancel_sequence',
				action: 'Cancel sequence',
				description: 'Stops the reminders of an invoice for good; the invoice stays open',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/cancel_sequence',
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
				name: 'Pause Reminders',
				value: 'pause_sequence',
				action: 'Pause reminders',
				description: 'Keeps back the reminders of one invoice, or of all a customer\'s invoices, until a day or until they are resumed',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/pause_sequence',
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
				name: 'Preview Sequence',
				value: 'preview_sequence',
				action: 'Preview sequence',
				description: 'Shows which message would go when, in the customer\'s words, without planning anything',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/preview_sequence',
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
				name: 'Resume Reminders',
				value: 'resume_sequence',
				action: 'Resume reminders',
				description: 'Goes on with paused reminders; what is sent next is what is true now, never what was missed',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/resume_sequence',
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
				name: 'Start Sequence',
				value: 'start_sequence',
				action: 'Start sequence',
				description: 'Starts the plan of messages for an invoice that has none, or anew',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/start_sequence',
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
		],
		default: 'cancel_sequence',
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
				resource: ['sequence'],
				operation: ['cancel_sequence'],
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
				resource: ['sequence'],
				operation: ['cancel_sequence'],
			},
		},
		options: [
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
				displayName: 'Reason',
				name: 'reason',
				type: 'string',
				default: '',
				description: 'Why, for the record',
				routing: {
					send: {
						type: 'body',
						property: 'reason',
					},
				},
			},
		],
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
		displayOptions: {
			show: {
				resource: ['sequence'],
				operation: ['pause_sequence'],
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
		displayOptions: {
			show: {
				resource: ['sequence'],
				operation: ['pause_sequence'],
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
				resource: ['sequence'],
				operation: ['pause_sequence'],
			},
		},
		options: [
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
				displayName: 'Note',
				name: 'note',
				type: 'string',
				default: '',
				description: 'A remark for your own people; customers never see it',
				routing: {
					send: {
						type: 'body',
						property: 'note',
					},
				},
			},
			{
				displayName: 'Reason',
				name: 'reason',
				type: 'string',
				default: '',
				description: 'Why, for the record',
				routing: {
					send: {
						type: 'body',
						property: 'reason',
					},
				},
			},
			{
				displayName: 'Until',
				name: 'until',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The last day of it, YYYY-MM-DD. Blank: until it is ended by hand.',
				routing: {
					send: {
						type: 'body',
						property: 'until',
					},
				},
			},
		],
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
				resource: ['sequence'],
				operation: ['preview_sequence'],
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
				resource: ['sequence'],
				operation: ['preview_sequence'],
			},
		},
		options: [
			{
				displayName: 'Recipe Name or ID',
				name: 'recipe',
				type: 'options',
				typeOptions: {
					loadOptionsMethod: 'getRecipes',
				},
				default: '',
				description: 'The plan of messages to follow. Blank: the business\'s default. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
				routing: {
					send: {
						type: 'body',
						property: 'recipe',
					},
				},
			},
		],
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
		displayOptions: {
			show: {
				resource: ['sequence'],
				operation: ['resume_sequence'],
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
		displayOptions: {
			show: {
				resource: ['sequence'],
				operation: ['resume_sequence'],
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
				resource: ['sequence'],
				operation: ['resume_sequence'],
			},
		},
		options: [
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
				displayName: 'Note',
				name: 'note',
				type: 'string',
				default: '',
				description: 'A remark for your own people; customers never see it',
				routing: {
					send: {
						type: 'body',
						property: 'note',
					},
				},
			},
		],
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
				resource: ['sequence'],
				operation: ['start_sequence'],
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
				resource: ['sequence'],
				operation: ['start_sequence'],
			},
		},
		options: [
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
				displayName: 'Recipe Name or ID',
				name: 'recipe',
				type: 'options',
				typeOptions: {
					loadOptionsMethod: 'getRecipes',
				},
				default: '',
				description: 'The plan of messages to follow. Blank: the business\'s default. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
				routing: {
					send: {
						type: 'body',
						property: 'recipe',
					},
				},
			},
			{
				displayName: 'Restart',
				name: 'restart',
				type: 'boolean',
				default: false,
				description: 'Whether to restart. True begins a new run although one is there.',
				routing: {
					send: {
						type: 'body',
						property: 'restart',
					},
				},
			},
		],
	},
];
