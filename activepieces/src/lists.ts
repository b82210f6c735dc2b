import { Property, type DropdownState, type InputPropertyMap } from '@activepieces/pieces-framework';

import { called, stranger, type Connection } from './calls';

type Given = Record<string, unknown> & { auth?: { props: Connection } };
type Choices = Array<{ id: string; label: string }>;
type Known = Record<string, { title?: string; description?: string }>;

/** Fills a drop-down from the server; what is wrong is told where the choices would be. */
export function optionsOf(list: string) {
	return async ({ auth }: Given, { searchValue }: { searchValue?: string }): Promise<DropdownState<string>> => {
		if (!auth) return { disabled: true, options: [], placeholder: 'Choose the connection first' };
		const query = searchValue ? `?q=${encodeURIComponent(searchValue)}` : '';
		try {
			const { body } = await called<Choices>(auth.props, 'GET', `/v1/options/${list}${query}`);
			if (!Array.isArray(body)) throw stranger();
			return { options: body.map(({ id, label }) => ({ label, value: id })) };
		} catch (fault) {
			return { disabled: true, options: [], placeholder: (fault as Error).message };
		}
	};
}

/** The fields that only the server knows, such as a template's own variables, once their parent is chosen. */
export function fieldsOf(list: string, from: string) {
	return async ({ auth, [from]: chosen }: Given): Promise<InputPropertyMap> => {
		if (!auth || !chosen) return {};
		const path = `/v1/options/${list}?${from}=${encodeURIComponent(String(chosen))}`;
		const { body } = await called<{ properties?: Known; required?: string[] }>(auth.props, 'GET', path);
		const required = new Set(body.required);
		return Object.fromEntries(
			Object.entries(body.properties ?? {}).map(([name, { title, description }]) => [
				name,
				Property.ShortText({ displayName: title ?? name, description, required: required.has(name) }),
			]),
		);
	};
}
