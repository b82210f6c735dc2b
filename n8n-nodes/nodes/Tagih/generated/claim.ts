// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const claimFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['claim'],
			},
		},
		options: [
			{
				name: 'Answer Payment Claim',
				value: 'answer_payment_claim',
				action: 'Answer payment claim',
				description: 'Answers a customer who says that it is paid: records what came in, or ends the truce with a kind word',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/answer_payment_claim',
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
		default: 'answer_payment_claim',
	},
	{
		displayName: 'Claim',
		name: 'claim',
		required: true,
		type: 'string',
		default: '',
		description: 'The claim\'s ID',
		routing: {
			send: {
				type: 'body',
				property: 'claim',
			},
		},
		displayOptions: {
			show: {
				resource: ['claim'],
				operation: ['answer_payment_claim'],
			},
		},
	},
	{
		displayName: 'Answer',
		name: 'answer',
		required: true,
		type: 'options',
		options: [
			{
				name: 'Not Found',
				value: 'not_found',
			},
			{
				name: 'Received',
				value: 'received',
			},
			{
				name: 'Received Part',
				value: 'received_part',
			},
		],
		default: 'not_found',
		description: 'What you found when you looked',
		routing: {
			send: {
				type: 'body',
				property: 'answer',
			},
		},
		displayOptions: {
			show: {
				resource: ['claim'],
				operation: ['answer_payment_claim'],
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
				resource: ['claim'],
				operation: ['answer_payment_claim'],
			},
		},
		options: [
			{
				displayName: 'Allow Overpayment',
				name: 'allow_over',
				type: 'boolean',
				default: false,
				description: 'Whether to allow overpayment. True takes more than what is open and shows the rest as overpaid.',
				routing: {
					send: {
						type: 'body',
						property: 'allow_over',
					},
				},
			},
			{
				displayName: 'Amount',
				name: 'amount',
				type: 'string',
				default: '',
				description: 'What came in. Blank: what was claimed, else all that is open.',
				routing: {
					send: {
						type: 'body',
						property: 'amount',
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
];
