// Made from specs/ by `make generate`; do not edit it here.
import type { INodeProperties } from 'n8n-workflow';

import { businessFields } from './business';
import { caseFields } from './case';
import { chargeFields } from './charge';
import { claimFields } from './claim';
import { customerFields } from './customer';
import { fileFields } from './file';
import { importFields } from './import';
import { invoiceFields } from './invoice';
import { messageFields } from './message';
import { paymentFields } from './payment';
import { planFields } from './plan';
import { promiseFields } from './promise';
import { sequenceFields } from './sequence';

const resource: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Business',
			value: 'business',
		},
		{
			name: 'Case',
			value: 'case',
		},
		{
			name: 'Charge',
			value: 'charge',
		},
		{
			name: 'Claim',
			value: 'claim',
		},
		{
			name: 'Customer',
			value: 'customer',
		},
		{
			name: 'File',
			value: 'file',
		},
		{
			name: 'Import',
			value: 'import',
		},
		{
			name: 'Invoice',
			value: 'invoice',
		},
		{
			name: 'Message',
			value: 'message',
		},
		{
			name: 'Payment',
			value: 'payment',
		},
		{
			name: 'Plan',
			value: 'plan',
		},
		{
			name: 'Promise',
			value: 'promise',
		},
		{
			name: 'Sequence',
			value: 'sequence',
		},
	],
	default: 'invoice',
};

export const properties: INodeProperties[] = [
	resource,
	...businessFields,
	...caseFields,
	...chargeFields,
	...claimFields,
	...customerFields,
	...fileFields,
	...importFields,
	...invoiceFields,
	...messageFields,
	...paymentFields,
	...planFields,
	...promiseFields,
	...sequenceFields,
];
