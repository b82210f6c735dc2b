import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { called } from './calls';
import { rowOf, tidied } from './tidying';

/** All incoming items as the rows of one sheet, in one call: only together do they say what is new, paid or gone. */
export async function syncRows(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = this.getInputData();
	const { output, deduplicationKey, ...more } = this.getNodeParameter('additionalFields', 0, {}) as IDataObject;
	const mapping = (more.mapping as { pairs?: IDataObject[] } | undefined)?.pairs;
	const zone = this.getTimezone();
	const body = tidied({ list: this.getNodeParameter('list', 0), ...more, mapping }, zone);
	body.rows = items.map((item) => rowOf(item.json, zone));
	const headers: IDataObject = deduplicationKey ? { 'Idempotency-Key': deduplicationKey } : {};
	const { rows, ...summary } = await called(this, 'POST', '/v1/actions/import_rows', body, headers);
	if (output === 'summary' || !Array.isArray(rows)) {
		return [[{ json: summary, pairedItem: items.map((_, item) => ({ item })) }]];
	}
	const places = new Map(items.map(({ json }, item) => [json.row ?? json.row_number ?? item + 2, item]));
	return [
		(rows as IDataObject[]).map((json) => ({
			json: { ...json, list: summary.list, needs_approval: summary.needs_approval },
			pairedItem: { item: places.get(json.row as number) ?? 0 },
		})),
	];
}
