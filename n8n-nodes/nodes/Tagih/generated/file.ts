// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { downloaded } from '../routing';

export const fileFields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: {
				resource: ['file'],
			},
		},
		options: [
			{
				name: 'Download',
				value: 'download',
				action: 'Download file',
				description: 'Gets a proof of payment or another file that a customer sent, as binary data',
				routing: {
					request: {
						method: 'GET',
						url: '=/v1/files/{{ encodeURIComponent($parameter["fileId"]) }}',
						encoding: 'arraybuffer',
						json: false,
						headers: {
							Accept: '*/*',
						},
						ignoreHttpStatusErrors: true,
					},
					output: {
						postReceive: [
							downloaded,
						],
					},
				},
			},
		],
		default: 'download',
	},
	{
		displayName: 'File ID',
		name: 'fileId',
		required: true,
		type: 'string',
		default: '',
		placeholder: '={{ $json.file_id }}',
		description: 'The file_id of a reply, or the proof_file_id of a payment claim',
		displayOptions: {
			show: {
				resource: ['file'],
			},
		},
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryProperty',
		required: true,
		type: 'string',
		default: 'data',
		hint: 'The name of the output binary field to put the file in',
		displayOptions: {
			show: {
				resource: ['file'],
			},
		},
	},
];
