import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestMethods,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	INode,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

type Fault = { field?: string; detail?: string };

/** The server's refusal in its own words: its title, what to do, and which fields are wrong. */
export function refusal(node: INode, status: number, body: IDataObject): NodeApiError {
	const faults = Array.isArray(body.errors) ? (body.errors as Fault[]) : [];
	// One fault is told by the detail itself.
	const fields = faults.length > 1 ? faults.map((fault) => `${fault.field}: ${fault.detail}`) : [];
	const lines = [body.detail as string, ...fields].filter(Boolean);
	return new NodeApiError(node, body as JsonObject, {
		message: (body.title as string) ?? `Tagih answered ${status}`,
		description: lines.join('\n') || undefined,
		httpCode: String(status),
	});
}

/** A call of our own, beside those that n8n makes for an operation; a refusal is thrown. */
export async function called(
	context: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions,
	method: IHttpRequestMethods,
	url: string,
	body?: IDataObject,
	headers: IDataObject = {},
): Promise<IDataObject> {
	const { baseUrl } = await context.getCredentials('tagihApi');
	const answer = (await context.helpers.httpRequestWithAuthentication.call(context, 'tagihApi', {
		method,
		baseURL: baseUrl as string,
		url,
		body,
		headers,
		json: true,
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
	})) as IN8nHttpFullResponse;
	const said = (answer.body ?? {}) as IDataObject;
	if (answer.statusCode >= 400) throw refusal(context.getNode(), answer.statusCode, said);
	return said;
}
