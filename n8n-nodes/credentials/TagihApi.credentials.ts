import type {
	IAuthenticateGeneric,
	Icon,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class TagihApi implements ICredentialType {
	name = 'tagihApi';

	displayName = 'Tagih API';

	icon: Icon = { light: 'file:../icons/tagih.svg', dark: 'file:../icons/tagih.dark.svg' };

	documentationUrl = 'https://github.com/tagih/tagih/tree/main/n8n-nodes#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Address',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'https://tagih.example.com',
			required: true,
			description: 'Where your Tagih answers, without a slash at the end',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Made on your server with: tagih keys create n8n --preset n8n',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{ $credentials.apiKey }}', 'Accept-Language': 'en' } },
	};

	// n8n hands the key on to whatever a redirect names, so none is followed: the key is for this address alone.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{ $credentials.baseUrl }}', url: '/v1/me', disableFollowRedirect: true },
		rules: [
			{
				type: 'responseSuccessBody',
				properties: { key: 'business_id', value: undefined, message: 'The answer is not from a Tagih' },
			},
		],
	};
}
