import { createHash } from 'crypto';
import type {
	IDataObject,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

/** The fields of a body as the server takes them: pairs as an object, JSON text as what it says. */
export function tidied(body: IDataObject): IDataObject {
	const found: IDataObject = {};
	for (const [name, value] of Object.entries(body)) {
		if (value === undefined || value === '') continue;
		found[name] = value;
		if (name === 'extra' && Array.isArray(value)) {
			const pairs = value as Array<{ name: string; value: string }>;
			found[name] = Object.fromEntries(pairs.filter((pair) => pair.name).map((pair) => [pair.name, pair.value]));
		} else if (typeof value === 'string' && /^\s*[[{]/.test(value)) {
			try {
				found[name] = JSON.parse(value) as IDataObject;
			} catch {
				found[name] = value; // a text that only looks like JSON: the server judges it
			}
		}
	}
	return found;
}

/** One key for each item: the same fields of the same event are done once, however often n8n tries. */
export function keyOf(operation: string, body: IDataObject, item: IDataObject): string {
	const event = typeof item.event_id === 'string' ? item.event_id : '';
	return createHash('sha256').update(JSON.stringify([operation, event, body])).digest('hex');
}

/** Before an operation is sent. */
export async function prepared(
	this: IExecuteSingleFunctions,
	request: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
	const body = tidied((request.body ?? {}) as IDataObject);
	const operation = this.getNodeParameter('operation') as string;
	const more = this.getNodeParameter('additionalFields', {}) as IDataObject;
	const key = (more.deduplicationKey as string) || keyOf(operation, body, this.getInputData().json);
	return { ...request, body, headers: { ...request.headers, 'Idempotency-Key': key } };
}

/** The server's own words reach the user; a list becomes one item for each of its entries. */
export async function answered(
	this: IExecuteSingleFunctions,
	items: INodeExecutionData[],
	response: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	const body = (response.body ?? {}) as IDataObject;
	if (response.statusCode >= 400) {
		throw new NodeApiError(this.getNode(), body as JsonObject, {
			message: (body.title as string) ?? `Tagih answered ${response.statusCode}`,
			description: body.detail as string,
			httpCode: String(response.statusCode),
		});
	}
	if (Array.isArray(body.items)) {
		return (body.items as IDataObject[]).map((json) => ({ json }));
	}
	return items;
}
