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

export const DATE_FIELDS: string[] = ['consent_on', 'date', 'due_date', 'due_from', 'due_to', 'first_date', 'from', 'issue_date', 'paid_on', 'paused_until', 'promise_date', 'to', 'until'];

export const TEXT_FIELDS: string[] = ['allocate', 'answer', 'appointment_at', 'basis', 'by', 'case', 'changed_after', 'channel', 'charge', 'charge_ref', 'claim', 'consent_source', 'contact_name', 'currency', 'cursor', 'customer', 'customer_email', 'customer_name', 'customer_phone', 'customer_ref', 'description', 'every', 'external_id', 'external_url', 'fallback_template', 'file', 'first_period', 'invoice', 'invoice_number', 'issue_period', 'language', 'last_period', 'list', 'mode', 'new_phone', 'next', 'note', 'other_phones', 'outcome', 'paid_through', 'pay_url', 'payment', 'payment_method', 'payment_ref', 'pdf', 'period', 'promise', 'promise_words', 'reason', 'recipe', 'rep_email', 'rep_name', 'send_at', 'severity', 'skip_period', 'source', 'status', 'tag', 'template', 'text', 'time_zone', 'wording'];
