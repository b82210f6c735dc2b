// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { answered, prepared } from '../routing';

export const businessFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['business'],
			},
		},
		options: [
			{
				name: 'Get Summary',
				value: 'get_summary',
				action: 'Get summary',
				description: 'Tells what is owed now and what came in, was promised and went wrong in a period, ready for a chat',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/get_summary',
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
				name: 'Pause All',
				value: 'pause_all',
				action: 'Pause all',
				description: 'Keeps back every message within a second, across restarts, until a day or until it is resumed',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/pause_all',
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
				name: 'Resume All',
				value: 'resume_all',
				action: 'Resume all',
				description: 'Goes on sending after a pause; each customer gets the one message that is true now',
				routing: {
					request: {
						method: 'POST',
						url: '/v1/actions/resume_all',
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
		default: 'get_summary',
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: {
			show: {
				resource: ['business'],
				operation: ['get_summary'],
			},
		},
		options: [
			{
				displayName: 'From',
				name: 'from',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The first day, YYYY-MM-DD; instead of a period',
				routing: {
					send: {
						type: 'body',
						property: 'from',
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
				description: 'The language of the text. Blank: the business\'s.',
				routing: {
					send: {
						type: 'body',
						property: 'language',
					},
				},
			},
			{
				displayName: 'Period',
				name: 'period',
				type: 'options',
				options: [
					{
						name: 'Month',
						value: 'month',
					},
					{
						name: 'Today',
						value: 'today',
					},
					{
						name: 'Week',
						value: 'week',
					},
				],
				default: 'month',
				description: 'Today, week (since Monday) or month (since the first)',
				routing: {
					send: {
						type: 'body',
						property: 'period',
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
			{
				displayName: 'To',
				name: 'to',
				type: 'string',
				default: '',
				placeholder: '2026-12-05',
				description: 'The last day, YYYY-MM-DD. Blank: today.',
				routing: {
					send: {
						type: 'body',
						property: 'to',
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
				resource: ['business'],
				operation: ['pause_all'],
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
				resource: ['business'],
				operation: ['pause_all'],
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
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: {
			show: {
				resource: ['business'],
				operation: ['resume_all'],
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
];
