import { Property, type InputPropertyMap } from '@activepieces/pieces-framework';

import { tagihAuth } from './auth';
import type { Field, Fields } from './definitions';
import { fieldsOf, optionsOf } from './lists';

/** A form's fields as Activepieces shows them. */
export function propsOf(fields: Fields): InputPropertyMap {
	return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, propOf(field)]));
}

function propOf(field: Field): InputPropertyMap[string] {
	const shown = { displayName: field.displayName, description: field.description, required: field.required };
	switch (field.kind) {
		case 'longText':
			return Property.LongText(shown);
		case 'number':
			return Property.Number(shown);
		case 'choice':
			return Property.StaticDropdown({ ...shown, options: { options: field.choices } });
		case 'choices':
			return Property.StaticMultiSelectDropdown({ ...shown, options: { options: field.choices } });
		case 'list':
			return Property.Dropdown({
				...shown,
				auth: tagihAuth,
				refreshers: [],
				refreshOnSearch: true,
				options: optionsOf(field.list),
			});
		case 'lists':
			return Property.MultiSelectDropdown({
				...shown,
				auth: tagihAuth,
				refreshers: [],
				refreshOnSearch: true,
				options: optionsOf(field.list),
			});
		case 'loaded':
			return Property.DynamicProperties({
				...shown,
				auth: tagihAuth,
				refreshers: [field.from],
				props: fieldsOf(field.list, field.from),
			});
		case 'pairs':
			return Property.Object(shown);
		case 'texts':
			return Property.Array(shown);
		case 'lines':
			return Property.Array({ ...shown, properties: linesOf(field.fields) });
		case 'json':
			return Property.Json(shown);
		default: // a day and a link too: a form's own date and file would change or lose what was given
			return Property.ShortText(shown);
	}
}

/** What a line asks for. The server says what it needs: a form would ask for it where no line is wanted. */
function linesOf(fields: Fields) {
	return Object.fromEntries(
		Object.entries(fields).map(([name, { displayName, description }]) => [
			name,
			Property.ShortText({ displayName, description, required: false }),
		]),
	);
}
