// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

export const importFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['import'],
			},
		},
		options: [
			{
				name: 'Sync Rows',
				value: 'import_rows',
				action: 'Sync rows',
				description: 'Compares a sheet\'s rows with what is known and applies the difference: new, changed, newly paid. The same rows again change nothing. All incoming items go as one call.',
			},
		],
		default: 'import_rows',
	},
	{
		displayName: 'List Name',
		name: 'list',
		required: true,
		type: 'string',
		default: '',
		description: 'The list that these rows renew. Keep one name for one sheet: under another name every row would be new.',
		routing: {
			send: {
				type: 'body',
				property: 'list',
			},
		},
		displayOptions: {
			show: {
				resource: ['import'],
				operation: ['import_rows'],
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
				resource: ['import'],
				operation: ['import_rows'],
			},
		},
		options: [
			{
				displayName: 'Confirm Newly Paid',
				name: 'confirm_paid',
				type: 'boolean',
				default: false,
				description: 'Whether to confirm newly paid. Record a new paid mark as a payment, and tell the customer. Blank: yes with apply, no with apply_safe.',
				routing: {
					send: {
						type: 'body',
						property: 'confirm_paid',
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
				displayName: 'First Import Stays Silent',
				name: 'first_import_quiet',
				type: 'boolean',
				default: false,
				description: 'Whether the first import stays silent. The first rows of a list send nothing until the list is started. No: it starts with this call.',
				routing: {
					send: {
						type: 'body',
						property: 'first_import_quiet',
					},
				},
			},
			{
				displayName: 'Mapping',
				name: 'mapping',
				type: 'fixedCollection',
				typeOptions: {
					multipleValues: true,
				},
				default: {},
				placeholder: 'Add Field',
				description: 'Which heading fills which field, where the heading\'s words are not understood',
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
						property: 'mapping',
						value: '={{ $value.pairs }}',
					},
				},
			},
			{
				displayName: 'Mode',
				name: 'mode',
				type: 'options',
				options: [
					{
						name: 'Apply',
						value: 'apply',
					},
					{
						name: 'Apply Safe',
						value: 'apply_safe',
					},
					{
						name: 'Preview',
						value: 'preview',
					},
				],
				default: 'apply',
				description: 'Preview only shows; apply_safe leaves what looks wrong to a person; apply takes everything',
				routing: {
					send: {
						type: 'body',
						property: 'mode',
					},
				},
			},
			{
				displayName: 'Output',
				name: 'output',
				type: 'options',
				options: [
					{
						name: 'One Item per Row',
						value: 'rows',
					},
					{
						name: 'Summary',
						value: 'summary',
					},
				],
				default: 'rows',
				description: 'What leaves the node',
			},
		],
	},
];
