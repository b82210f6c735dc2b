// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, everyPage, prepared } from '../routing';

export const caseFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['case'],
			},
		},
		options: [
			{
				name: 'Find Case',
				value: 'find_cases',
				action: 'Find case',
				description: 'Finds what waits for a person, the longest waiting first',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/find_cases',
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
				name: 'Link Case to Ticket',
				value: 'link_case',
				action: 'Link case to ticket',
				description: 'Remembers which ticket of another tool stands for a case; the first link stays',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/link_case',
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
				name: 'Open Case',
				value: 'open_case',
				action: 'Open case',
				description: 'Hands an invoice or a customer to a person and keeps the reminders back until the case is resolved',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/open_case',
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
				name: 'Reply to Case',
				value: 'reply_to_case',
				action: 'Reply to case',
				description: 'Answers the customer of a case in free words while the 24 hours after their own message last',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/reply_to_case',
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
				name: 'Resolve Case',
				value: 'resolve_case',
				action: 'Resolve case',
				description: 'Closes a case with its outcome and says what the reminders do now',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/resolve_case',
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
		default: 'find_cases',
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		routing: {
			send: {
				paginate: '={{ $value }}',
			},
			operations: {
				pagination: everyPage,
			},
		},
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['find_cases'],
			},
		},
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: {
			minValue: 1,
			maxValue: 100,
		},
		default: 50,
		description: 'Max number of results to return',
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['find_cases'],
				returnAll: [false],
			},
		},
		routing: {
			send: {
				type: 'body',
				property: 'limit',
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
				resource: ['case'],
				operation: ['find_cases'],
			},
		},
		options: [
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
				displayName: 'External ID',
				name: 'external_id',
				type: 'string',
				default: '',
				description: 'The ID of the ticket in your other tool',
				routing: {
					send: {
						type: 'body',
						property: 'external_id',
					},
				},
			},
			{
				displayName: 'Reason Name or ID',
				name: 'reason',
				type: 'options',
				typeOptions: {
					loadOptionsMethod: 'getCaseReasons',
				},
				default: '',
				description: 'Only cases with this reason. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
				routing: {
					send: {
						type: 'body',
						property: 'reason',
					},
				},
			},
			{
				displayName: 'Status',
				name: 'status',
				type: 'options',
				options: [
					{
						name: 'Open',
						value: 'open',
					},
					{
						name: 'Resolved',
						value: 'resolved',
					},
				],
				default: 'open',
				description: 'Open or resolved. Blank: those that are open.',
				routing: {
					send: {
						type: 'body',
						property: 'status',
					},
				},
			},
			{
				displayName: 'Waiting Minutes at Least',
				name: 'waiting_minutes_min',
				type: 'number',
				default: 0,
				description: 'Only cases that have waited this long or longer',
				routing: {
					send: {
						type: 'body',
						property: 'waiting_minutes_min',
					},
				},
			},
		],
	},
	{
		displayName: 'Case',
		name: 'case',
		required: true,
		type: 'string',
		default: '',
		description: 'The case\'s ID',
		routing: {
			send: {
				type: 'body',
				property: 'case',
			},
		},
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['link_case'],
			},
		},
	},
	{
		displayName: 'External ID',
		name: 'external_id',
		required: true,
		type: 'string',
		default: '',
		description: 'The ID of the ticket in your other tool',
		routing: {
			send: {
				type: 'body',
				property: 'external_id',
			},
		},
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['link_case'],
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
				resource: ['case'],
				operation: ['link_case'],
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
				displayName: 'External Link',
				name: 'external_url',
				type: 'string',
				default: '',
				description: 'The address of that ticket',
				routing: {
					send: {
						type: 'body',
						property: 'external_url',
					},
				},
			},
		],
	},
	{
		displayName: 'Reason Name or ID',
		name: 'reason',
		required: true,
		type: 'options',
		typeOptions: {
			loadOptionsMethod: 'getCaseReasons',
		},
		default: '',
		description: 'Why a person must look. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		routing: {
			send: {
				type: 'body',
				property: 'reason',
			},
		},
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['open_case'],
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
				resource: ['case'],
				operation: ['open_case'],
			},
		},
		options: [
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
				displayName: 'Severity',
				name: 'severity',
				type: 'options',
				options: [
					{
						name: 'High',
						value: 'high',
					},
					{
						name: 'Normal',
						value: 'normal',
					},
					{
						name: 'Safety',
						value: 'safety',
					},
				],
				default: 'high',
				description: 'How pressing it is',
				routing: {
					send: {
						type: 'body',
						property: 'severity',
					},
				},
			},
		],
	},
	{
		displayName: 'Case',
		name: 'case',
		required: true,
		type: 'string',
		default: '',
		description: 'The case\'s ID',
		routing: {
			send: {
				type: 'body',
				property: 'case',
			},
		},
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['reply_to_case'],
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
				resource: ['case'],
				operation: ['reply_to_case'],
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
				resource: ['case'],
				operation: ['reply_to_case'],
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
		displayName: 'Case',
		name: 'case',
		required: true,
		type: 'string',
		default: '',
		description: 'The case\'s ID',
		routing: {
			send: {
				type: 'body',
				property: 'case',
			},
		},
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['resolve_case'],
			},
		},
	},
	{
		displayName: 'Outcome Name or ID',
		name: 'outcome',
		required: true,
		type: 'options',
		typeOptions: {
			loadOptionsMethod: 'getOutcomes',
		},
		default: '',
		description: 'How it ended. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		routing: {
			send: {
				type: 'body',
				property: 'outcome',
			},
		},
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['resolve_case'],
			},
		},
	},
	{
		displayName: 'What Next',
		name: 'next',
		required: true,
		type: 'options',
		options: [
			{
				name: 'End',
				value: 'end',
			},
			{
				name: 'Resume',
				value: 'resume',
			},
			{
				name: 'Wait Until',
				value: 'wait_until',
			},
		],
		default: 'end',
		description: 'What the reminders do now',
		routing: {
			send: {
				type: 'body',
				property: 'next',
			},
		},
		displayOptions: {
			show: {
				resource: ['case'],
				operation: ['resolve_case'],
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
				resource: ['case'],
				operation: ['resolve_case'],
			},
		},
		options: [
			{
				displayName: 'By',
				name: 'by',
				type: 'string',
				default: '',
				description: 'Who recorded it',
				routing: {
					send: {
						type: 'body',
						property: 'by',
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
];
