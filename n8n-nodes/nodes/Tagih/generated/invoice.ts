// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, everyPage, prepared } from '../routing';

export const invoiceFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['invoice'],
			},
		},
		options: [
			{
				name: 'Create or Update Invoice',
				value: 'create_invoice',
				action: 'Create or update invoice',
				description: 'Creates an invoice and plans its messages; the same number again updates it, and unchanged data changes nothing',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/create_invoice',
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
				name: 'Explain Invoice',
				value: 'explain_invoice',
				action: 'Explain invoice',
				description: 'Tells why each message of an invoice was sent, waits or never left, with its reason',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/explain_invoice',
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
				name: 'Find Invoice',
				value: 'get_invoice',
				action: 'Find invoice',
				description: 'Finds one invoice by its number or ID and tells its state',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/get_invoice',
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
				name: 'Find Invoices',
				value: 'find_invoices',
				action: 'Find invoices',
				description: 'Lists invoices by state, customer and due date, the nearest due date first',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/find_invoices',
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
				name: 'Update Invoice',
				value: 'update_invoice',
				action: 'Update invoice',
				description: 'Changes what is given of an invoice and leaves the rest; a due date moved by three days or more starts a new plan',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/update_invoice',
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
				name: 'Void Invoice',
				value: 'void_invoice',
				action: 'Void invoice',
				description: 'Ends an invoice that is not owed any more and stops its messages',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/void_invoice',
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
		default: 'create_invoice',
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
				resource: ['invoice'],
				operation: ['create_invoice'],
			},
		},
	},
	{
		displayName: 'Amount',
		name: 'amount',
		required: true,
		type: 'string',
		default: '',
		description: 'The amount, as people write it: 1500000, "1.500.000" or "Rp 1,5jt"',
		routing: {
			send: {
				type: 'body',
				property: 'amount',
			},
		},
		displayOptions: {
			show: {
				resource: ['invoice'],
				operation: ['create_invoice'],
			},
		},
	},
	{
		displayName: 'Due Date',
		name: 'due_date',
		required: true,
		type: 'string',
		default: '',
		placeholder: '2026-12-05',
		description: 'The day by which it is to be paid, YYYY-MM-DD',
		routing: {
			send: {
				type: 'body',
				property: 'due_date',
			},
		},
		displayOptions: {
			show: {
				resource: ['invoice'],
				operation: ['create_invoice'],
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
				resource: ['invoice'],
				operation: ['create_invoice'],
			},
		},
		options: [
			{
				displayName: 'Appointment At',
				name: 'appointment_at',
				type: 'string',
				default: '',
				description: 'When the customer is expected: a local time like 2026-12-09 10:30, or with an offset',
				routing: {
					send: {
						type: 'body',
						property: 'appointment_at',
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
				displayName: 'Consent Source',
				name: 'consent_source',
				type: 'string',
				default: '',
				description: 'How the customer agreed to be written to, such as the lease',
				routing: {
					send: {
						type: 'body',
						property: 'consent_source',
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
				description: 'What it is for, in the customer\'s words',
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
				displayName: 'Hold',
				name: 'hold',
				type: 'boolean',
				default: false,
				description: 'Whether to hold. True keeps every message back until Resume Reminders.',
				routing: {
					send: {
						type: 'body',
						property: 'hold',
					},
				},
			},
			{
				displayName: 'Invoice Number',
				name: 'invoice_number',
				type: 'string',
				default: '',
				description: 'Your number for the invoice. The same number again updates the same invoice.',
				routing: {
					send: {
						type: 'body',
						property: 'invoice_number',
					},
				},
			},
			{
				displayName: 'Issue Date',
				name: 'issue_date',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The day of the invoice, YYYY-MM-DD. Blank: today.',
				routing: {
					send: {
						type: 'body',
						property: 'issue_date',
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
				displayName: 'Payment Link',
				name: 'pay_url',
				type: 'string',
				default: '',
				description: 'Where the customer pays. Its host must be an approved destination.',
				routing: {
					send: {
						type: 'body',
						property: 'pay_url',
					},
				},
			},
			{
				displayName: 'PDF',
				name: 'pdf',
				type: 'string',
				default: '',
				description: 'The https address of the invoice document, or the ID of an uploaded file. At most 5 MB.',
				routing: {
					send: {
						type: 'body',
						property: 'pdf',
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
				displayName: 'Representative Email',
				name: 'rep_email',
				type: 'string',
				default: '',
				description: 'Where that person is reached',
				routing: {
					send: {
						type: 'body',
						property: 'rep_email',
					},
				},
			},
			{
				displayName: 'Representative Name',
				name: 'rep_name',
				type: 'string',
				default: '',
				description: 'Who in the business looks after this customer',
				routing: {
					send: {
						type: 'body',
						property: 'rep_name',
					},
				},
			},
			{
				displayName: 'Source',
				name: 'source',
				type: 'string',
				default: '',
				description: 'Where the invoice was born, such as jurnal or xero, not what carried it here',
				routing: {
					send: {
						type: 'body',
						property: 'source',
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
				resource: ['invoice'],
				operation: ['explain_invoice'],
			},
		},
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
				resource: ['invoice'],
				operation: ['get_invoice'],
			},
		},
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
				resource: ['invoice'],
				operation: ['find_invoices'],
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
				resource: ['invoice'],
				operation: ['find_invoices'],
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
				resource: ['invoice'],
				operation: ['find_invoices'],
			},
		},
		options: [
			{
				displayName: 'Changed After',
				name: 'changed_after',
				type: 'string',
				default: '',
				description: 'Only invoices that changed after this time',
				routing: {
					send: {
						type: 'body',
						property: 'changed_after',
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
				displayName: 'Days Overdue at Least',
				name: 'overdue_days_min',
				type: 'number',
				default: 0,
				description: 'Only invoices that are at least so many days late',
				routing: {
					send: {
						type: 'body',
						property: 'overdue_days_min',
					},
				},
			},
			{
				displayName: 'Due From',
				name: 'due_from',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The first due date, YYYY-MM-DD',
				routing: {
					send: {
						type: 'body',
						property: 'due_from',
					},
				},
			},
			{
				displayName: 'Due To',
				name: 'due_to',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The last due date, YYYY-MM-DD',
				routing: {
					send: {
						type: 'body',
						property: 'due_to',
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
				description: 'Only invoices with these values in fields of your own, on the invoice or its customer',
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
				displayName: 'Status',
				name: 'status',
				type: 'options',
				options: [
					{
						name: 'Open',
						value: 'open',
					},
					{
						name: 'Overdue',
						value: 'overdue',
					},
					{
						name: 'Owed',
						value: 'owed',
					},
					{
						name: 'Paid',
						value: 'paid',
					},
					{
						name: 'Partly Paid',
						value: 'partly_paid',
					},
					{
						name: 'Void',
						value: 'void',
					},
					{
						name: 'Waiting',
						value: 'waiting',
					},
				],
				default: 'open',
				description: 'Only invoices in this state; blank: all. overdue: open and past the due date.',
				routing: {
					send: {
						type: 'body',
						property: 'status',
					},
				},
			},
			{
				displayName: 'Tag',
				name: 'tag',
				type: 'string',
				default: '',
				description: 'Only what bears this word in its extra field `tag`, on the invoice or its customer',
				routing: {
					send: {
						type: 'body',
						property: 'tag',
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
				resource: ['invoice'],
				operation: ['update_invoice'],
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
				resource: ['invoice'],
				operation: ['update_invoice'],
			},
		},
		options: [
			{
				displayName: 'Amount',
				name: 'amount',
				type: 'string',
				default: '',
				description: 'The amount, as people write it: 1500000, "1.500.000" or "Rp 1,5jt"',
				routing: {
					send: {
						type: 'body',
						property: 'amount',
					},
				},
			},
			{
				displayName: 'Appointment At',
				name: 'appointment_at',
				type: 'string',
				default: '',
				description: 'When the customer is expected: a local time like 2026-12-09 10:30, or with an offset',
				routing: {
					send: {
						type: 'body',
						property: 'appointment_at',
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
				displayName: 'Confirm New Number',
				name: 'confirm_phone_change',
				type: 'boolean',
				default: false,
				description: 'Whether to confirm new number. True says that the changed number was checked with the customer.',
				routing: {
					send: {
						type: 'body',
						property: 'confirm_phone_change',
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
				description: 'What it is for, in the customer\'s words',
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
				displayName: 'Due Date',
				name: 'due_date',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The day by which it is to be paid, YYYY-MM-DD',
				routing: {
					send: {
						type: 'body',
						property: 'due_date',
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
				displayName: 'Payment Link',
				name: 'pay_url',
				type: 'string',
				default: '',
				description: 'Where the customer pays. Its host must be an approved destination.',
				routing: {
					send: {
						type: 'body',
						property: 'pay_url',
					},
				},
			},
			{
				displayName: 'PDF',
				name: 'pdf',
				type: 'string',
				default: '',
				description: 'The https address of the invoice document, or the ID of an uploaded file. At most 5 MB.',
				routing: {
					send: {
						type: 'body',
						property: 'pdf',
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
				resource: ['invoice'],
				operation: ['void_invoice'],
			},
		},
	},
	{
		displayName: 'Reason',
		name: 'reason',
		required: true,
		type: 'string',
		default: '',
		description: 'Why, for the record',
		routing: {
			send: {
				type: 'body',
				property: 'reason',
			},
		},
		displayOptions: {
			show: {
				resource: ['invoice'],
				operation: ['void_invoice'],
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
				resource: ['invoice'],
				operation: ['void_invoice'],
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
				displayName: 'Tell Customer',
				name: 'tell_customer',
				type: 'boolean',
				default: false,
				description: 'Whether to tell customer. True sends the customer a message about it.',
				routing: {
					send: {
						type: 'body',
						property: 'tell_customer',
					},
				},
			},
		],
	},
];
