// Made from specs/ by `make generate`; do not edit it here.
export const LISTS = {
	getCaseReasons: 'case_reasons',
	getChannels: 'channels',
	getLanguages: 'languages',
	getOutcomes: 'outcomes',
	getPeriods: 'periods',
	getRecipes: 'recipes',
	getTemplates: 'templates',
	getZones: 'zones',
} as const;

export const KEYED: string[] = ['create_payment_plan', 'reply_to_case', 'resend_invoice', 'schedule_reminder', 'send_message', 'send_template'];

export const JSON_FIELDS: string[] = ['lines', 'other_phones'];
