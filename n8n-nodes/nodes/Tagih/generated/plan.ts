// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const planFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['plan'],
			},
		},
		options: [
			{
				name: 'Create Payment Plan',
				value: 'create_payment_plan',
				action: 'Create payment plan',
				description: 'Splits what is open of an invoice into instalments, each with its own reminders; the invoice stays the debt and is lowered with every payment',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/create_payment_plan',
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
		default: 'create_payment_plan',
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
				resource: ['plan'],
				operation: ['create_payment_plan'],
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
				resource: ['plan'],
				operation: ['create_payment_plan'],
			},
		},
		options: [
			{
				displayName: 'Approve Exception',
				name: 'approve_exception',
				type: 'boolean',
				default: false,
				description: 'Whether to approve exception. True allows a plan beyond the policy\'s ceiling; only a key that may do everything can say so.',
				routing: {
					send: {
						type: 'body',
						property: 'approve_exception',
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
				displayName: 'Down Payment',
				name: 'down_payment',
				type: 'string',
				default: '',
				description: 'What is to be paid today, before the instalments',
				routing: {
					send: {
						type: 'body',
						property: 'down_payment',
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
				displayName: 'Every',
				name: 'every',
				type: 'options',
				options: [
					{
						name: 'Month',
						value: 'month',
					},
					{
						name: 'Two Weeks',
						value: 'two_weeks',
					},
					{
						name: 'Week',
						value: 'week',
					},
				],
				default: 'month',
				description: 'How far apart the instalments are',
				routing: {
					send: {
						type: 'body',
						property: 'every',
					},
				},
			},
			{
				displayName: 'First Date',
				name: 'first_date',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The due date of the first instalment. Blank: the invoice\'s, or one interval from today.',
				routing: {
					send: {
						type: 'body',
						property: 'first_date',
					},
				},
			},
			{
				displayName: 'Instalments',
				name: 'instalments',
				type: 'number',
				default: 0,
				description: 'How many equal instalments',
				routing: {
					send: {
						type: 'body',
						property: 'instalments',
					},
				},
			},
			{
				displayName: 'Lines',
				name: 'lines',
				type: 'json',
				default: '[]',
				description: 'The instalments one by one, each with its date and amount, in place of a number of equal ones',
				routing: {
					send: {
						type: 'body',
						property: 'lines',
					},
				},
			},
		],
	},
];
