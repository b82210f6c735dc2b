// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const promiseFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['promise'],
			},
		},
		options: [
			{
				name: 'Cancel Promise',
				value: 'cancel_promise',
				action: 'Cancel promise',
				description: 'Ends an open promise; the reminders go on with what is true now',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/cancel_promise',
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
				name: 'Record Promise',
				value: 'record_promise',
				action: 'Record promise',
				description: 'Records the day on which the customer will pay and rests the reminders until then',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/record_promise',
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
		default: 'cancel_promise',
	},
	{
		displayName: 'Promise',
		name: 'promise',
		required: true,
		type: 'string',
		default: '',
		description: 'The promise\'s ID',
		routing: {
			send: {
				type: 'body',
				property: 'promise',
			},
		},
		displayOptions: {
			show: {
				resource: ['promise'],
				operation: ['cancel_promise'],
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
				resource: ['promise'],
				operation: ['cancel_promise'],
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
				resource: ['promise'],
				operation: ['record_promise'],
			},
		},
	},
	{
		displayName: 'Promise Date',
		name: 'promise_date',
		required: true,
		type: 'string',
		default: '',
		placeholder: '2026-12-05',
		description: 'The day on which the customer will pay, YYYY-MM-DD',
		routing: {
			send: {
				type: 'body',
				property: 'promise_date',
			},
		},
		displayOptions: {
			show: {
				resource: ['promise'],
				operation: ['record_promise'],
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
				resource: ['promise'],
				operation: ['record_promise'],
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
				displayName: 'Promise Amount',
				name: 'promise_amount',
				type: 'string',
				default: '',
				description: 'What was promised. Blank: all that is open.',
				routing: {
					send: {
						type: 'body',
						property: 'promise_amount',
					},
				},
			},
			{
				displayName: 'Words',
				name: 'promise_words',
				type: 'string',
				default: '',
				description: 'What the customer said',
				routing: {
					send: {
						type: 'body',
						property: 'promise_words',
					},
				},
			},
		],
	},
];
