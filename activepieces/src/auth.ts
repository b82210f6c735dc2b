import { PieceAuth, Property } from '@activepieces/pieces-framework';

import { called, stranger } from './calls';

const HELP = 'https://github.com/tagih/tagih/blob/main/docs/activepieces.md';

export const tagihAuth = PieceAuth.CustomAuth({
	description: `Your own Tagih. [How to set it up](${HELP}).`,
	required: true,
	props: {
		base_url: Property.ShortText({
			displayName: 'Address',
			description: 'Where your Tagih answers, such as `https://tagih.example.com`, without a slash at the end.',
			required: true,
		}),
		api_key: PieceAuth.SecretText({
			displayName: 'API Key',
			description:
				'Made on your server with `tagih keys create activepieces --preset activepieces --hook-host HOST`, ' +
				'where HOST is the one of your Activepieces.',
			required: true,
		}),
	},
	validate: async ({ auth }) => {
		try {
			const { body } = await called<{ business_id?: string }>(auth, 'GET', '/v1/me');
			if (!body.business_id) throw stranger();
			return { valid: true };
		} catch (fault) {
			return { valid: false, error: (fault as Error).message };
		}
	},
});
