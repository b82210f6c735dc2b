import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';

import { LISTS } from './generated/lists';

type Loader = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

async function asked(context: ILoadOptionsFunctions, path: string, qs: IDataObject = {}): Promise<unknown> {
	const { baseUrl } = await context.getCredentials('tagihApi');
	return await context.helpers.httpRequestWithAuthentication.call(context, 'tagihApi', {
		baseURL: baseUrl as string,
		url: path,
		qs,
		json: true,
	});
}

function loader(list: string): Loader {
	return async function (this: ILoadOptionsFunctions) {
		const found = (await asked(this, `/v1/options/${list}`)) as Array<{ id: string; label: string }>;
		return found.map(({ id, label }) => ({ name: label, value: id }));
	};
}

/** One method for each drop-down that the operations use. */
export const loadOptions: Record<string, Loader> = Object.fromEntries(
	Object.entries(LISTS).map(([method, list]) => [method, loader(list)]),
);

/** The variables of the chosen template as fields. */
export async function getTemplateFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const template = this.getNodeParameter('template', '') as string;
	if (!template) return { fields: [] };
	const schema = (await asked(this, '/v1/options/template_fields', { template })) as {
		properties?: Record<string, { title?: string }>;
		required?: string[];
	};
	const required = new Set(schema.required ?? []);
	const fields = Object.entries(schema.properties ?? {}).map(
		([id, { title }]): ResourceMapperField => ({
			id,
			displayName: title ?? id,
			required: required.has(id),
			defaultMatch: false,
			display: true,
			type: 'string',
		}),
	);
	return { fields };
}
