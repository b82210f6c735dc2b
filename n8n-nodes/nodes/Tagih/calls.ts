import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestMethods,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	INode,
	IWebhookFunctions,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

type Fault = { field?: string; detail?: string };

const ADDRESS = 'Check the address in the credential: it is where Tagih itself answers, without a path.';

/**
 * What the server said, when it did what was asked. 1. A redirect is not followed, for n8n would hand the key on to
 * whatever it names. 2. Any other answer but a 2xx is a refusal. 3. What is no JSON is not from Tagih.
 */
export function accepted(node: INode, status: number, body: unknown): IDataObject {
	if (status >= 300 && status < 400) {
		throw new NodeApiError(node, {}, {
			message: 'The address redirects elsewhere, where the API key does not go',
			description: `It answered ${status}. ${ADDRESS}`,
			httpCode: String(status),
		});
	}
	const said = typeof body === 'object' && body !== null ? (body as IDataObject) : undefined;
	if (status < 200 || status >= 300) throw refusal(node, status, said ?? {});
	if (!said) throw stranger(node);
	return said;
}

/** Somebody answers there, but not Tagih. */
export function stranger(node: INode): NodeApiError {
	return new NodeApiError(node, {}, { message: 'The answer is not from a Tagih', description: ADDRESS });
}

/** The server's refusal in its own words: its title, what to do, and which fields are wrong. */
function refusal(node: INode, status: number, body: IDataObject): NodeApiError {
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
	context: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions | IWebhookFunctions,
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
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
	})) as IN8nHttpFullResponse;
	return accepted(context.getNode(), answer.statusCode, answer.body);
}
