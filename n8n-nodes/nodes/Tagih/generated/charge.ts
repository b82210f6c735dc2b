// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const chargeFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['charge'],
			},
		},
		options: [
			{
				name: 'Create or Update Recurring Charge',
				value: 'upsert_recurring_charge',
				action: 'Create or update recurring charge',
				description: 'Bills a customer every month, or every few months, by the calendar; the same reference again changes what is not billed yet',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/upsert_recurring_charge',
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
				name: 'Stop Recurring Charge',
				value: 'stop_recurring_charge',
				action: 'Stop recurring charge',
				description: 'Bills nothing after the last period; what is open stays open',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/stop_recurring_charge',
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
		default: 'upsert_recurring_charge',
	},
	{
		displayName: 'Charge Reference',
		name: 'charge_ref',
		required: true,
		type: 'string',
		default: '',
		description: 'Your own name for the charge, such as the room; its invoices are called so, with the month',
		routing: {
			send: {
				type: 'body',
				property: 'charge_ref',
			},
		},
		displayOptions: {
			show: {
				resource: ['charge'],
				operation: ['upsert_recurring_charge'],
			},
		},
	},
	{
		displayName: 'Customer Name',
		name: 'customer_name',
		required: true,
		type: 'string',
		default: '',
		description: 'The name as the customer will read it',
		routing: {
			send: {
				type: 'body',
				property: 'customer_name',
			},
		},
		displayOptions: {
			show: {
				resource: ['charge'],
				operation: ['upsert_recurring_charge'],
			},
		},
	},
	{
		displayName: 'Due Day',
		name: 'due_day',
		required: true,
		type: 'number',
		default: 0,
		description: 'The day of the month, 1 to 31; in a shorter month its last day',
		routing: {
			send: {
				type: 'body',
				property: 'due_day',
			},
		},
		displayOptions: {
			show: {
				resource: ['charge'],
				operation: ['upsert_recurring_charge'],
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
				resource: ['charge'],
				operation: ['upsert_recurring_charge'],
			},
		},
		options: [
			{
				displayName: 'Amount',
				name: 'amount',
				type: 'string',
				default: '',
				description: 'The amount of each period. Blank: asked for each period, and nothing is sent before it is known.',
				routing: {
					send: {
						type: 'body',
						property: 'amount',
					},
				},
			},
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
				displayName: 'Contact Name',
				name: 'contact_name',
				type: 'string',
				default: '',
				description: 'The person to greet, when the customer is a company',
				routing: {
					send: {
						type: 'body',
						property: 'contact_name',
					},
				},
			},
			{
				displayName: 'Currency',
				name: 'currency',
				type: 'string',
				default: '',
				description: 'ISO 4217 code. Blank: the business\'s currency.',
				routing: {
					send: {
						type: 'body',
						property: 'currency',
					},
				},
			},
			{
				displayName: 'Customer Email',
				name: 'customer_email',
				type: 'string',
				default: '',
				description: 'The email address for documents',
				routing: {
					send: {
						type: 'body',
						property: 'customer_email',
					},
				},
			},
			{
				displayName: 'Customer Phone',
				name: 'customer_phone',
				type: 'string',
				default: '',
				description: 'The mobile number, with or without country code. Blank: the invoice waits for it.',
				routing: {
					send: {
						type: 'body',
						property: 'customer_phone',
					},
				},
			},
			{
				displayName: 'Customer Reference',
				name: 'customer_ref',
				type: 'string',
				default: '',
				description: 'Your own name for the customer, such as a room or account number',
				routing: {
					send: {
						type: 'body',
						property: 'customer_ref',
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
				displayName: 'Description',
				name: 'description',
				type: 'string',
				default: '',
				description: 'What it is for. {period_text}, {charge_ref}, {customer_name} and your extra fields are filled in.',
				routing: {
					send: {
						type: 'body',
						property: 'description',
					},
				},
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
				displayName: 'Every So Many Months',
				name: 'every_months',
				type: 'options',
				options: [
					{
						name: '1',
						value: 1,
					},
					{
						name: '12',
						value: 12,
					},
					{
						name: '2',
						value: 2,
					},
					{
						name: '3',
						value: 3,
					},
					{
						name: '6',
						value: 6,
					},
				],
				default: 1,
				description: '1, 2, 3, 6 or 12 months. Blank: every month.',
				routing: {
					send: {
						type: 'body',
						property: 'every_months',
					},
				},
			},
			{
				displayName: 'Extra Fields',
				name: 'extra',
				type: 'fixedCollection',
				typeOptions: {
					multipleValues: true,
				},
				default: {},
				placeholder: 'Add Field',
				description: 'At most ten fields of your own; they come back as extra_* in every event',
				options: [
					{
						displayName: 'Field',
						name: 'pairs',
						values: [
							{
								displayName: 'Name',
								name: 'name',
								type: 'string',
								default: '',
							},
							{
								displayName: 'Value',
								name: 'value',
								type: 'string',
								default: '',
							},
						],
					},
				],
				routing: {
					send: {
						type: 'body',
						property: 'extra',
						value: '={{ $value.pairs }}',
					},
				},
			},
			{
				displayName: 'First Period',
				name: 'first_period',
				type: 'string',
				default: '',
				description: 'The first month that is billed, YYYY-MM. Blank: that of the next due day. After a last period: begins anew.',
				routing: {
					send: {
						type: 'body',
						property: 'first_period',
					},
				},
			},
			{
				displayName: 'Issue Days Before',
				name: 'issue_days_before',
				type: 'number',
				default: 0,
				description: 'How many days before its due day each invoice is issued, 0 to 28. Blank: as the recipe says, a week.',
				routing: {
					send: {
						type: 'body',
						property: 'issue_days_before',
					},
				},
			},
			{
				displayName: 'Issue Period',
				name: 'issue_period',
				type: 'string',
				default: '',
				description: 'Months to issue now, YYYY-MM, with commas between: those that wait for your decision',
				routing: {
					send: {
						type: 'body',
						property: 'issue_period',
					},
				},
			},
			{
				displayName: 'Language',
				name: 'language',
				type: 'options',
				options: [
					{
						name: 'English',
						value: 'en',
					},
					{
						name: 'Indonesian',
						value: 'id',
					},
				],
				default: 'en',
				description: 'The language of the messages. Blank: the business\'s.',
				routing: {
					send: {
						type: 'body',
						property: 'language',
					},
				},
			},
			{
				displayName: 'Last Period',
				name: 'last_period',
				type: 'string',
				default: '',
				description: 'The last month that is billed, YYYY-MM. Blank: it goes on.',
				routing: {
					send: {
						type: 'body',
						property: 'last_period',
					},
				},
			},
			{
				displayName: 'Paid Through',
				name: 'paid_through',
				type: 'string',
				default: '',
				description: 'Every month up to this one is paid, YYYY-MM: one confirmation, no other message',
				routing: {
					send: {
						type: 'body',
						property: 'paid_through',
					},
				},
			},
			{
				displayName: 'Paused Until',
				name: 'paused_until',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The last day of a pause, YYYY-MM-DD: what is due until then is skipped. A day that has passed ends the pause.',
				routing: {
					send: {
						type: 'body',
						property: 'paused_until',
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
				displayName: 'Skip Period',
				name: 'skip_period',
				type: 'string',
				default: '',
				description: 'Months that get no invoice, YYYY-MM, with commas between',
				routing: {
					send: {
						type: 'body',
						property: 'skip_period',
					},
				},
			},
			{
				displayName: 'Time Zone Name or ID',
				name: 'time_zone',
				type: 'options',
				typeOptions: {
					loadOptionsMethod: 'getZones',
				},
				default: '',
				description: 'The IANA zone whose clock decides when to write, such as Asia/Makassar. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
				routing: {
					send: {
						type: 'body',
						property: 'time_zone',
					},
				},
			},
		],
	},
	{
		displayName: 'Recurring Charge',
		name: 'charge',
		required: true,
		type: 'string',
		default: '',
		description: 'The charge\'s reference or ID',
		routing: {
			send: {
				type: 'body',
				property: 'charge',
			},
		},
		displayOptions: {
			show: {
				resource: ['charge'],
				operation: ['stop_recurring_charge'],
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
				resource: ['charge'],
				operation: ['stop_recurring_charge'],
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
				displayName: 'Last Period',
				name: 'last_period',
				type: 'string',
				default: '',
				description: 'The last month that is still billed, YYYY-MM. Blank: nothing more is billed.',
				routing: {
					send: {
						type: 'body',
						property: 'last_period',
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
];
