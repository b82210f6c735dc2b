// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const customerFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['customer'],
			},
		},
		options: [
			{
				name: 'Change Phone Number',
				value: 'change_phone',
				action: 'Change phone number',
				description: 'Moves a customer to another number: the old one never gets their data again, the new one is greeted first',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/change_phone',
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
				name: 'Create or Update Customer',
				value: 'upsert_customer',
				action: 'Create or update customer',
				description: 'Creates a customer or changes what is given of one; nothing is silently renamed or merged',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/upsert_customer',
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
				name: 'Find Customer',
				value: 'find_customer',
				action: 'Find customer',
				description: 'Finds one customer by reference, phone number or ID, with consent and what is owed',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/find_customer',
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
				name: 'Set Consent',
				value: 'set_consent',
				action: 'Set consent',
				description: 'Records that a customer agrees to messages, or withdraws; a withdrawal stops what is planned at once',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/set_consent',
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
		default: 'change_phone',
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
				resource: ['customer'],
				operation: ['change_phone'],
			},
		},
	},
	{
		displayName: 'New Phone',
		name: 'new_phone',
		required: true,
		type: 'string',
		default: '',
		description: 'The mobile number that is right now, with or without country code',
		routing: {
			send: {
				type: 'body',
				property: 'new_phone',
			},
		},
		displayOptions: {
			show: {
				resource: ['customer'],
				operation: ['change_phone'],
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
				resource: ['customer'],
				operation: ['change_phone'],
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
				type: 'options',
				options: [
					{
						name: 'Asked',
						value: 'asked',
					},
					{
						name: 'Resend',
						value: 'resend',
					},
					{
						name: 'Returned',
						value: 'returned',
					},
					{
						name: 'Wrong Number',
						value: 'wrong_number',
					},
				],
				default: 'asked',
				description: 'Asked: the customer asked; wrong_number: the old number is somebody else\'s (both are your yes). returned, resend: a number to try, which waits for a yes.',
				routing: {
					send: {
						type: 'body',
						property: 'reason',
					},
				},
			},
			{
				displayName: 'Send Again',
				name: 'resend',
				type: 'boolean',
				default: false,
				description: 'Whether to send again. Sends the last text about each open invoice once more, to the new number.',
				routing: {
					send: {
						type: 'body',
						property: 'resend',
					},
				},
			},
		],
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
				resource: ['customer'],
				operation: ['upsert_customer'],
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
				resource: ['customer'],
				operation: ['upsert_customer'],
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
				description: 'The mobile number, with or without country code',
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
				displayName: 'Other Phones',
				name: 'other_phones',
				type: 'json',
				default: '[]',
				description: 'Further numbers of the same person: a reply from one counts, messages go to the first alone',
				routing: {
					send: {
						type: 'body',
						property: 'other_phones',
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
				resource: ['customer'],
				operation: ['find_customer'],
			},
		},
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
				resource: ['customer'],
				operation: ['set_consent'],
			},
		},
	},
	{
		displayName: 'Allowed',
		name: 'allowed',
		required: true,
		type: 'boolean',
		default: false,
		description: 'Whether the customer agrees. True when the customer agrees, false when they withdraw.',
		routing: {
			send: {
				type: 'body',
				property: 'allowed',
			},
		},
		displayOptions: {
			show: {
				resource: ['customer'],
				operation: ['set_consent'],
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
				resource: ['customer'],
				operation: ['set_consent'],
			},
		},
		options: [
			{
				displayName: 'Basis',
				name: 'basis',
				type: 'options',
				options: [
					{
						name: 'Consent',
						value: 'consent',
					},
					{
						name: 'Contract',
						value: 'contract',
					},
				],
				default: 'consent',
				description: 'The legal basis',
				routing: {
					send: {
						type: 'body',
						property: 'basis',
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
				displayName: 'Consent Date',
				name: 'consent_on',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The day of it, YYYY-MM-DD. Blank: today.',
				routing: {
					send: {
						type: 'body',
						property: 'consent_on',
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
				displayName: 'Wording',
				name: 'wording',
				type: 'string',
				default: '',
				description: 'The text that was agreed to',
				routing: {
					send: {
						type: 'body',
						property: 'wording',
					},
				},
			},
		],
	},
];
