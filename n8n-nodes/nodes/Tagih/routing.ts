import { createHash } from 'crypto';
import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INodeExecutionData,
} from 'n8n-workflow';

import { accepted, stranger } from './calls';
import { KEYED } from './generated/lists';
import { tidied } from './tidying';

const LARGEST_PAGE = 100;

/**
 * One key for each item. What would be sent twice: made from the fields and the event that began the run, so a
 * retry, a second run and a second delivery find the first answer. Anything else is recognised by the server
 * itself; its key covers the retries of this run only, so that pausing, resuming and pausing again does all three.
 */
export function keyOf(operation: string, body: IDataObject, item: IDataObject, run: string): string {
	const event = typeof item.event_id === 'string' ? item.event_id : '';
	const parts = [operation, event, body, KEYED.includes(operation) ? '' : run];
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Before an operation is sent. */
export async function prepared(
	this: IExecuteSingleFunctions,
	request: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
	const body = tidied((request.body ?? {}) as IDataObject, this.getTimezone());
	if (this.getNodeParameter('returnAll', false)) body.limit = LARGEST_PAGE;
	const operation = this.getNodeParameter('operation') as string;
	const more = this.getNodeParameter('additionalFields', {}) as IDataObject;
	const turn = this.evaluateExpression('{{ $runIndex }}', this.getItemIndex()) as number;
	const run = [this.getExecutionId(), this.getNode().name, turn, this.getItemIndex()].join('/');
	const key = (more.deduplicationKey as string) || keyOf(operation, body, this.getInputData().json, run);
	return { ...request, body, headers: { ...request.headers, 'Idempotency-Key': key } };
}

/** The server's own words reach the user; a list becomes one item for each of its entries. */
export async function answered(
	this: IExecuteSingleFunctions,
	items: INodeExecutionData[],
	response: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	const body = accepted(this.getNode(), response.statusCode, response.body);
	if (Array.isArray(body.items)) {
		return (body.items as IDataObject[]).map((json) => ({ json }));
	}
	return items;
}

/**
 * Get Many with Return All. Not n8n's own way of paging: there the body of the next page stands instead of the
 * first one, so that every filter would be lost (n8n 2.41).
 */
export async function everyPage(
	this: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	const found: INodeExecutionData[] = [];
	let cursor: unknown = null;
	do {
		const body = { ...(request.options.body as IDataObject), ...(cursor ? { cursor } : {}) };
		const options = { ...request.options, body, returnFullResponse: true } as IHttpRequestOptions;
		const response = (await this.helpers.httpRequestWithAuthentication.call(
			this,
			'tagihApi',
			options,
		)) as IN8nHttpFullResponse;
		found.push(...(await answered.call(this, [], response)));
		cursor = (response.body as IDataObject | undefined)?.next;
	} while (cursor);
	return found;
}

/** The bytes of a file as binary data, under the name that the server gives it. */
export async function downloaded(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	response: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	const bytes = Buffer.from(response.body as Buffer);
	if (response.statusCode !== 200) {
		let said: IDataObject = {};
		try {
			said = JSON.parse(bytes.toString('utf8')) as IDataObject;
		} catch {
			said = { detail: bytes.toString('utf8').slice(0, 200) };
		}
		accepted(this.getNode(), response.statusCode, said);
		throw stranger(this.getNode());
	}
	const fileId = this.getNodeParameter('fileId') as string;
	const field = this.getNodeParameter('binaryProperty', 'data') as string;
	const said = String(response.headers['content-disposition'] ?? '');
	const name = /filename="([^"]+)"/.exec(said)?.[1] ?? fileId;
	const type = String(response.headers['content-type'] ?? 'application/octet-stream').split(';')[0];
	const binary = await this.helpers.prepareBinaryData(bytes, name, type);
	const json = { file_id: fileId, file_name: name, file_type: type, file_size: bytes.length };
	return [{ json, binary: { [field]: binary } }];
}
