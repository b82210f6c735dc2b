import type {
	ILoadOptionsFunctions,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';

import { called, stranger } from './calls';
import { LISTS } from './generated/lists';

type Loader = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

function loader(list: string): Loader {
	return async function (this: ILoadOptionsFunctions) {
		const found: unknown = await called(this, 'GET', `/v1/options/${list}`);
		if (!Array.isArray(found)) throw stranger(this.getNode());
		return (found as Array<{ id: string; label: string }>).map(({ id, label }) => ({ name: label, value: id }));
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
	const schema = (await called(this, 'GET', `/v1/options/template_fields?template=${encodeURIComponent(template)}`)) as {
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
