import { createPiece } from '@activepieces/pieces-framework';
import { PieceCategory } from '@activepieces/shared';

import { actionOf } from './actions';
import { tagihAuth } from './auth';
import { actions } from './generated/actions';
import { triggers } from './generated/triggers';
import logo from './logo.svg';
import { triggerOf } from './triggers';

/** Every name, field, sample and help text comes from generated/, which `make generate` writes. */
export const tagih = createPiece({
	displayName: 'Tagih',
	description: 'Invoices, reminders and payments over WhatsApp and SMS: each message once, at a decent hour.',
	auth: tagihAuth,
	logoUrl: logo,
	authors: ['tagih'],
	categories: [PieceCategory.ACCOUNTING, PieceCategory.COMMUNICATION],
	actions: actions.map(actionOf),
	triggers: triggers.map(triggerOf),
});
