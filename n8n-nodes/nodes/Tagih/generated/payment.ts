// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const paymentFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['payment'],
			},
		},
		options: [
			{
				name: 'Record Payment',
				value: 'mark_paid',
				action: 'Record payment',
				description: 'Records a payment, whole or part, once: it stops the reminders of what is paid and plans the receipt',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/mark_paid',
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
				name: 'Reverse Payment',
				value: 'reverse_payment',
				action: 'Reverse payment',
				description: 'Takes back a payment that was wrong or bounced: the invoice is owed again, its reminders go on with what is true now, and a receipt that has not left never does',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/reverse_payment',
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
		default: 'mark_paid',
	},
	{
		displayName: 'Invoice',
		name: 'invoice',
		type: 'string',
		default: '',
		description: 'The invoice\'s number or ID; or give the customer',
		routing: {
			send: {
				type: 'body',
				property: 'invoice',
			},
		},
		displayOptions: {
			show: {
				resource: ['payment'],
				operation: ['mark_paid'],
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
				resource: ['payment'],
				operation: ['mark_paid'],
			},
		},
	},
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
		displayOptions: {
			show: {
				resource: ['payment'],
				operation: ['mark_paid'],
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
				resource: ['payment'],
				operation: ['mark_paid'],
			},
		},
		options: [
			{
				displayName: 'Allocate',
				name: 'allocate',
				type: 'options',
				options: [
					{
						name: 'Ask',
						value: 'ask',
					},
					{
						name: 'Exact',
						value: 'exact',
					},
					{
						name: 'Oldest First',
						value: 'oldest_first',
					},
				],
				default: 'ask',
				description: 'How one payment fills several invoices. exact: the only set that adds up; ask: a person chooses.',
				routing: {
					send: {
						type: 'body',
						property: 'allocate',
					},
				},
			},
			{
				displayName: 'Allow Overpayment',
				name: 'allow_over',
				type: 'boolean',
				default: false,
				description: 'Whether to allow overpayment. True takes more than what is open: whole months ahead, also more than three, and a rest that is shown as overpaid.',
				routing: {
					send: {
						type: 'body',
						property: 'allow_over',
					},
				},
			},
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
				displayName: 'Paid On',
				name: 'paid_on',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The day of the payment, YYYY-MM-DD. Blank: today.',
				routing: {
					send: {
						type: 'body',
						property: 'paid_on',
					},
				},
			},
			{
				displayName: 'Park',
				name: 'park',
				type: 'boolean',
				default: false,
				description: 'Whether to park. True keeps a payment whose invoice is not known yet, and records it when the invoice appears.',
				routing: {
					send: {
						type: 'body',
						property: 'park',
					},
				},
			},
			{
				displayName: 'Payment',
				name: 'payment',
				type: 'string',
				default: '',
				description: 'The ID of a parked payment that is for these invoices',
				routing: {
					send: {
						type: 'body',
						property: 'payment',
					},
				},
			},
			{
				displayName: 'Payment Method',
				name: 'payment_method',
				type: 'string',
				default: '',
				description: 'How it was paid, such as bank_transfer, va_bca or cash',
				routing: {
					send: {
						type: 'body',
						property: 'payment_method',
					},
				},
			},
			{
				displayName: 'Payment Reference',
				name: 'payment_ref',
				type: 'string',
				default: '',
				description: 'The payment\'s own reference. The same reference again is the same payment.',
				routing: {
					send: {
						type: 'body',
						property: 'payment_ref',
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
				resource: ['payment'],
				operation: ['reverse_payment'],
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
				resource: ['payment'],
				operation: ['reverse_payment'],
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
				displayName: 'Invoice',
				name: 'invoice',
				type: 'string',
				default: '',
				description: 'The invoice whose only payment is meant; with a payment, the invoice whose part of it is meant',
				routing: {
					send: {
						type: 'body',
						property: 'invoice',
					},
				},
			},
			{
				displayName: 'Payment',
				name: 'payment',
				type: 'string',
				default: '',
				description: 'The payment\'s ID or reference; or give the invoice',
				routing: {
					send: {
						type: 'body',
						property: 'payment',
					},
				},
			},
			{
				displayName: 'Tell Customer',
				name: 'tell_customer',
				type: 'boolean',
				default: false,
				description: 'Whether to tell customer. True apologises to the customer. Blank: nobody is told.',
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
