// Made from specs/ by `make generate`; do not edit it here.
import type { ActionDefinition } from '../definitions';

export const actions: ActionDefinition[] = [
	{
		name: 'get_summary',
		displayName: 'Get Summary',
		description: 'Tells what is owed now and what came in, was promised and went wrong in a period, ready for a chat.',
		makesKey: false,
		fields: {
			period: {
				kind: 'choice',
				choices: [
					{
						label: 'Today',
						value: 'today',
					},
					{
						label: 'Week',
						value: 'week',
					},
					{
						label: 'Month',
						value: 'month',
					},
				],
				displayName: 'Period',
				description: 'today, week (since Monday) or month (since the first).',
				required: false,
			},
			from: {
				kind: 'date',
				displayName: 'From',
				description: 'The first day, YYYY-MM-DD; instead of a period.',
				required: false,
			},
			to: {
				kind: 'date',
				displayName: 'To',
				description: 'The last day, YYYY-MM-DD. Blank: today.',
				required: false,
			},
			tag: {
				kind: 'text',
				displayName: 'Tag',
				description: 'Only what bears this word in its extra field `tag`, on the invoice or its customer.',
				required: false,
			},
			language: {
				kind: 'choice',
				choices: [
					{
						label: 'Indonesian',
						value: 'id',
					},
					{
						label: 'English',
						value: 'en',
					},
				],
				displayName: 'Language',
				description: 'The language of the text. Blank: the business\'s.',
				required: false,
			},
		},
	},
	{
		name: 'pause_all',
		displayName: 'Pause All',
		description: 'Keeps back every message within a second, across restarts, until a day or until it is resumed.',
		makesKey: false,
		fields: {
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why, for the record.',
				required: true,
			},
			until: {
				kind: 'date',
				displayName: 'Until',
				description: 'The last day of it, YYYY-MM-DD. Blank: until it is ended by hand.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'resume_all',
		displayName: 'Resume All',
		description: 'Goes on sending after a pause; each customer gets the one message that is true now.',
		makesKey: false,
		fields: {
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why, for the record.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'find_cases',
		displayName: 'Find Case',
		description: 'Finds what waits for a person, the longest waiting first.',
		makesKey: false,
		fields: {
			status: {
				kind: 'choice',
				choices: [
					{
						label: 'Open',
						value: 'open',
					},
					{
						label: 'Resolved',
						value: 'resolved',
					},
				],
				displayName: 'Status',
				description: 'open or resolved. Blank: those that are open.',
				required: false,
			},
			reason: {
				kind: 'list',
				list: 'case_reasons',
				displayName: 'Reason',
				description: 'Only cases with this reason.',
				required: false,
			},
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: false,
			},
			external_id: {
				kind: 'text',
				displayName: 'External ID',
				description: 'The id of the ticket in your other tool.',
				required: false,
			},
			waiting_minutes_min: {
				kind: 'number',
				displayName: 'Waiting Minutes at Least',
				description: 'Only cases that have waited this long or longer.',
				required: false,
			},
			limit: {
				kind: 'number',
				displayName: 'Limit',
				description: 'How many at most.',
				required: false,
			},
			cursor: {
				kind: 'text',
				displayName: 'Next Page',
				description: 'The `next` of the page before.',
				required: false,
			},
		},
	},
	{
		name: 'link_case',
		displayName: 'Link Case to Ticket',
		description: 'Remembers which ticket of another tool stands for a case; the first link stays.',
		makesKey: false,
		fields: {
			case: {
				kind: 'list',
				list: 'cases',
				displayName: 'Case',
				description: 'The case\'s id.',
				required: true,
			},
			external_id: {
				kind: 'text',
				displayName: 'External ID',
				description: 'The id of the ticket in your other tool.',
				required: true,
			},
			external_url: {
				kind: 'longText',
				displayName: 'External Link',
				description: 'The address of that ticket.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'open_case',
		displayName: 'Open Case',
		description: 'Hands an invoice or a customer to a person and keeps the reminders back until the case is resolved.',
		makesKey: false,
		fields: {
			reason: {
				kind: 'list',
				list: 'case_reasons',
				displayName: 'Reason',
				description: 'Why a person must look.',
				required: true,
			},
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: false,
			},
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: false,
			},
			note: {
				kind: 'longText',
				displayName: 'Note',
				description: 'A remark for your own people; customers never see it.',
				required: false,
			},
			severity: {
				kind: 'choice',
				choices: [
					{
						label: 'Normal',
						value: 'normal',
					},
					{
						label: 'High',
						value: 'high',
					},
					{
						label: 'Safety',
						value: 'safety',
					},
				],
				displayName: 'Severity',
				description: 'How pressing it is.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'reply_to_case',
		displayName: 'Reply to Case',
		description: 'Answers the customer of a case in free words while the 24 hours after their own message last.',
		makesKey: true,
		fields: {
			case: {
				kind: 'list',
				list: 'cases',
				displayName: 'Case',
				description: 'The case\'s id.',
				required: true,
			},
			text: {
				kind: 'longText',
				displayName: 'Text',
				description: 'What the customer will read.',
				required: true,
			},
			file: {
				kind: 'file',
				displayName: 'File',
				description: 'A JPEG or PNG photo or a PDF of at most 5 MB: the id of an uploaded file, or its https address. It goes by WhatsApp only, never with a template.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Blank: the same fields within 24 hours are one. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'resolve_case',
		displayName: 'Resolve Case',
		description: 'Closes a case with its outcome and says what the reminders do now.',
		makesKey: false,
		fields: {
			case: {
				kind: 'list',
				list: 'cases',
				displayName: 'Case',
				description: 'The case\'s id.',
				required: true,
			},
			outcome: {
				kind: 'list',
				list: 'outcomes',
				displayName: 'Outcome',
				description: 'How it ended.',
				required: true,
			},
			next: {
				kind: 'choice',
				choices: [
					{
						label: 'Resume',
						value: 'resume',
					},
					{
						label: 'Wait Until',
						value: 'wait_until',
					},
					{
						label: 'End',
						value: 'end',
					},
				],
				displayName: 'What Next',
				description: 'What the reminders do now.',
				required: true,
			},
			until: {
				kind: 'date',
				displayName: 'Until',
				description: 'The last day of it, YYYY-MM-DD. Blank: until it is ended by hand.',
				required: false,
			},
			note: {
				kind: 'longText',
				displayName: 'Note',
				description: 'A remark for your own people; customers never see it.',
				required: false,
			},
			by: {
				kind: 'text',
				displayName: 'By',
				description: 'Who recorded it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'upsert_recurring_charge',
		displayName: 'Create or Update Recurring Charge',
		description: 'Bills a customer every month, or every few months, by the calendar; the same reference again changes what is not billed yet.',
		makesKey: false,
		fields: {
			charge_ref: {
				kind: 'text',
				displayName: 'Charge Reference',
				description: 'Your own name for the charge, such as the room; its invoices are called so, with the month.',
				required: true,
			},
			customer_name: {
				kind: 'text',
				displayName: 'Customer Name',
				description: 'The name as the customer will read it.',
				required: true,
			},
			due_day: {
				kind: 'number',
				displayName: 'Due Day',
				description: 'The day of the month, 1 to 31; in a shorter month its last day.',
				required: true,
			},
			amount: {
				kind: 'text',
				displayName: 'Amount',
				description: 'The amount of each period. Blank: asked for each period, and nothing is sent before it is known.',
				required: false,
			},
			customer_phone: {
				kind: 'text',
				displayName: 'Customer Phone',
				description: 'The mobile number, with or without country code. Blank: the invoice waits for it.',
				required: false,
			},
			every_months: {
				kind: 'choice',
				choices: [
					{
						label: '1',
						value: 1,
					},
					{
						label: '2',
						value: 2,
					},
					{
						label: '3',
						value: 3,
					},
					{
						label: '6',
						value: 6,
					},
					{
						label: '12',
						value: 12,
					},
				],
				displayName: 'Every So Many Months',
				description: '1, 2, 3, 6 or 12 months. Blank: every month.',
				required: false,
			},
			first_period: {
				kind: 'text',
				displayName: 'First Period',
				description: 'The first month that is billed, YYYY-MM. Blank: that of the next due day. After a last period: begins anew.',
				required: false,
			},
			last_period: {
				kind: 'text',
				displayName: 'Last Period',
				description: 'The last month that is billed, YYYY-MM. Blank: it goes on.',
				required: false,
			},
			paused_until: {
				kind: 'date',
				displayName: 'Paused Until',
				description: 'The last day of a pause, YYYY-MM-DD: what is due until then is skipped. A day that has passed ends the pause.',
				required: false,
			},
			paid_through: {
				kind: 'text',
				displayName: 'Paid Through',
				description: 'Every month up to this one is paid, YYYY-MM: one confirmation, no other message.',
				required: false,
			},
			description: {
				kind: 'text',
				displayName: 'Description',
				description: 'What it is for. {period_text}, {charge_ref}, {customer_name} and your extra fields are filled in.',
				required: false,
			},
			recipe: {
				kind: 'list',
				list: 'recipes',
				displayName: 'Recipe',
				description: 'The plan of messages to follow. Blank: the business\'s default.',
				required: false,
			},
			customer_ref: {
				kind: 'text',
				displayName: 'Customer Reference',
				description: 'Your own name for the customer, such as a room or account number.',
				required: false,
			},
			issue_days_before: {
				kind: 'number',
				displayName: 'Issue Days Before',
				description: 'How many days before its due day each invoice is issued, 0 to 28. Blank: as the recipe says, a week.',
				required: false,
			},
			contact_name: {
				kind: 'text',
				displayName: 'Contact Name',
				description: 'The person to greet, when the customer is a company.',
				required: false,
			},
			customer_email: {
				kind: 'text',
				displayName: 'Customer Email',
				description: 'The email address for documents.',
				required: false,
			},
			language: {
				kind: 'choice',
				choices: [
					{
						label: 'Indonesian',
						value: 'id',
					},
					{
						label: 'English',
						value: 'en',
					},
				],
				displayName: 'Language',
				description: 'The language of the messages. Blank: the business\'s.',
				required: false,
			},
			channel: {
				kind: 'choice',
				choices: [
					{
						label: 'Whatsapp',
						value: 'whatsapp',
					},
					{
						label: 'Sms',
						value: 'sms',
					},
				],
				displayName: 'Channel',
				description: 'The preferred channel.',
				required: false,
			},
			time_zone: {
				kind: 'list',
				list: 'zones',
				displayName: 'Time Zone',
				description: 'The IANA zone whose clock decides when to write, such as Asia/Makassar.',
				required: false,
			},
			currency: {
				kind: 'text',
				displayName: 'Currency',
				description: 'ISO 4217 code. Blank: the business\'s currency.',
				required: false,
			},
			issue_period: {
				kind: 'text',
				displayName: 'Issue Period',
				description: 'Months to issue now, YYYY-MM, with commas between: those that wait for your decision.',
				required: false,
			},
			skip_period: {
				kind: 'text',
				displayName: 'Skip Period',
				description: 'Months that get no invoice, YYYY-MM, with commas between.',
				required: false,
			},
			extra: {
				kind: 'pairs',
				displayName: 'Extra Fields',
				description: 'At most ten fields of your own; they come back as extra_* in every event.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'stop_recurring_charge',
		displayName: 'Stop Recurring Charge',
		description: 'Bills nothing after the last period; what is open stays open.',
		makesKey: false,
		fields: {
			charge: {
				kind: 'list',
				list: 'charges',
				displayName: 'Recurring Charge',
				description: 'The charge\'s reference or id.',
				required: true,
			},
			last_period: {
				kind: 'text',
				displayName: 'Last Period',
				description: 'The last month that is still billed, YYYY-MM. Blank: nothing more is billed.',
				required: false,
			},
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why, for the record.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'answer_payment_claim',
		displayName: 'Answer Payment Claim',
		description: 'Answers a customer who says that it is paid: records what came in, or ends the truce with a kind word.',
		makesKey: false,
		fields: {
			claim: {
				kind: 'list',
				list: 'claims',
				displayName: 'Claim',
				description: 'The claim\'s id.',
				required: true,
			},
			answer: {
				kind: 'choice',
				choices: [
					{
						label: 'Received',
						value: 'received',
					},
					{
						label: 'Received Part',
						value: 'received_part',
					},
					{
						label: 'Not Found',
						value: 'not_found',
					},
				],
				displayName: 'Answer',
				description: 'What you found when you looked.',
				required: true,
			},
			amount: {
				kind: 'text',
				displayName: 'Amount',
				description: 'What came in. Blank: what was claimed, else all that is open.',
				required: false,
			},
			paid_on: {
				kind: 'date',
				displayName: 'Paid On',
				description: 'The day of the payment, YYYY-MM-DD. Blank: today.',
				required: false,
			},
			payment_method: {
				kind: 'text',
				displayName: 'Payment Method',
				description: 'How it was paid, such as bank_transfer, va_bca or cash.',
				required: false,
			},
			payment_ref: {
				kind: 'text',
				displayName: 'Payment Reference',
				description: 'The payment\'s own reference. The same reference again is the same payment.',
				required: false,
			},
			note: {
				kind: 'longText',
				displayName: 'Note',
				description: 'A remark for your own people; customers never see it.',
				required: false,
			},
			tell_customer: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Tell Customer',
				description: 'True sends the customer a message about it.',
				required: false,
			},
			allow_over: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Allow Overpayment',
				description: 'True takes more than what is open and shows the rest as overpaid.',
				required: false,
			},
			by: {
				kind: 'text',
				displayName: 'By',
				description: 'Who recorded it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'change_phone',
		displayName: 'Change Phone Number',
		description: 'Moves a customer to another number: the old one never gets their data again, the new one is greeted first.',
		makesKey: false,
		fields: {
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: true,
			},
			new_phone: {
				kind: 'text',
				displayName: 'New Phone',
				description: 'The mobile number that is right now, with or without country code.',
				required: true,
			},
			reason: {
				kind: 'choice',
				choices: [
					{
						label: 'Asked',
						value: 'asked',
					},
					{
						label: 'Wrong Number',
						value: 'wrong_number',
					},
					{
						label: 'Returned',
						value: 'returned',
					},
					{
						label: 'Resend',
						value: 'resend',
					},
				],
				displayName: 'Reason',
				description: 'asked: the customer asked; wrong_number: the old number is somebody else\'s (both are your yes). returned, resend: a number to try, which waits for a yes.',
				required: false,
			},
			resend: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Send Again',
				description: 'Sends the last text about each open invoice once more, to the new number.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'upsert_customer',
		displayName: 'Create or Update Customer',
		description: 'Creates a customer or changes what is given of one; nothing is silently renamed or merged.',
		makesKey: false,
		fields: {
			customer_name: {
				kind: 'text',
				displayName: 'Customer Name',
				description: 'The name as the customer will read it.',
				required: true,
			},
			customer_ref: {
				kind: 'text',
				displayName: 'Customer Reference',
				description: 'Your own name for the customer, such as a room or account number.',
				required: false,
			},
			customer_phone: {
				kind: 'text',
				displayName: 'Customer Phone',
				description: 'The mobile number, with or without country code.',
				required: false,
			},
			other_phones: {
				kind: 'texts',
				displayName: 'Other Phones',
				description: 'Further numbers of the same person: a reply from one counts, messages go to the first alone.',
				required: false,
			},
			contact_name: {
				kind: 'text',
				displayName: 'Contact Name',
				description: 'The person to greet, when the customer is a company.',
				required: false,
			},
			customer_email: {
				kind: 'text',
				displayName: 'Customer Email',
				description: 'The email address for documents.',
				required: false,
			},
			language: {
				kind: 'choice',
				choices: [
					{
						label: 'Indonesian',
						value: 'id',
					},
					{
						label: 'English',
						value: 'en',
					},
				],
				displayName: 'Language',
				description: 'The language of the messages. Blank: the business\'s.',
				required: false,
			},
			channel: {
				kind: 'choice',
				choices: [
					{
						label: 'Whatsapp',
						value: 'whatsapp',
					},
					{
						label: 'Sms',
						value: 'sms',
					},
				],
				displayName: 'Channel',
				description: 'The preferred channel.',
				required: false,
			},
			time_zone: {
				kind: 'list',
				list: 'zones',
				displayName: 'Time Zone',
				description: 'The IANA zone whose clock decides when to write, such as Asia/Makassar.',
				required: false,
			},
			rep_name: {
				kind: 'text',
				displayName: 'Representative Name',
				description: 'Who in the business looks after this customer.',
				required: false,
			},
			rep_email: {
				kind: 'text',
				displayName: 'Representative Email',
				description: 'Where that person is reached.',
				required: false,
			},
			confirm_phone_change: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Confirm New Number',
				description: 'True says that the changed number was checked with the customer.',
				required: false,
			},
			extra: {
				kind: 'pairs',
				displayName: 'Extra Fields',
				description: 'At most ten fields of your own; they come back as extra_* in every event.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'find_customer',
		displayName: 'Find Customer',
		description: 'Finds one customer by reference, phone number or id, with consent and what is owed.',
		makesKey: false,
		fields: {
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: true,
			},
		},
	},
	{
		name: 'set_consent',
		displayName: 'Set Consent',
		description: 'Records that a customer agrees to messages, or withdraws; a withdrawal stops what is planned at once.',
		makesKey: false,
		fields: {
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: true,
			},
			allowed: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Allowed',
				description: 'True when the customer agrees, false when they withdraw.',
				required: true,
			},
			channel: {
				kind: 'choice',
				choices: [
					{
						label: 'Whatsapp',
						value: 'whatsapp',
					},
					{
						label: 'Sms',
						value: 'sms',
					},
				],
				displayName: 'Channel',
				description: 'The preferred channel.',
				required: false,
			},
			basis: {
				kind: 'choice',
				choices: [
					{
						label: 'Contract',
						value: 'contract',
					},
					{
						label: 'Consent',
						value: 'consent',
					},
				],
				displayName: 'Basis',
				description: 'The legal basis.',
				required: false,
			},
			consent_source: {
				kind: 'text',
				displayName: 'Consent Source',
				description: 'How the customer agreed to be written to, such as the lease.',
				required: false,
			},
			consent_on: {
				kind: 'date',
				displayName: 'Consent Date',
				description: 'The day of it, YYYY-MM-DD. Blank: today.',
				required: false,
			},
			wording: {
				kind: 'longText',
				displayName: 'Wording',
				description: 'The text that was agreed to.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'import_rows',
		displayName: 'Sync Rows',
		description: 'Compares a sheet\'s rows with what is known and applies the difference: new, changed, newly paid. The same rows again change nothing.',
		makesKey: false,
		fields: {
			list: {
				kind: 'list',
				list: 'lists',
				displayName: 'List Name',
				description: 'The list that these rows renew. Keep one name for one sheet: under another name every row would be new.',
				required: true,
			},
			rows: {
				kind: 'json',
				displayName: 'Rows',
				description: 'The rows as the sheet has them, keyed by their column\'s heading; `row` is the row\'s number in the sheet.',
				required: true,
			},
			mode: {
				kind: 'choice',
				choices: [
					{
						label: 'Preview',
						value: 'preview',
					},
					{
						label: 'Apply Safe',
						value: 'apply_safe',
					},
					{
						label: 'Apply',
						value: 'apply',
					},
				],
				displayName: 'Mode',
				description: 'preview only shows; apply_safe leaves what looks wrong to a person; apply takes everything.',
				required: false,
			},
			confirm_paid: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Confirm Newly Paid',
				description: 'Record a new paid mark as a payment, and tell the customer. Blank: yes with apply, no with apply_safe.',
				required: false,
			},
			mapping: {
				kind: 'pairs',
				displayName: 'Mapping',
				description: 'Which heading fills which field, where the heading\'s words are not understood.',
				required: false,
			},
			first_import_quiet: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'First Import Stays Silent',
				description: 'The first rows of a list send nothing until the list is started. No: it starts with this call.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'create_invoice',
		displayName: 'Create or Update Invoice',
		description: 'Creates an invoice and plans its messages; the same number again updates it, and unchanged data changes nothing.',
		makesKey: false,
		fields: {
			customer_name: {
				kind: 'text',
				displayName: 'Customer Name',
				description: 'The name as the customer will read it.',
				required: true,
			},
			amount: {
				kind: 'text',
				displayName: 'Amount',
				description: 'The amount, as people write it: 1500000, "1.500.000" or "Rp 1,5jt".',
				required: true,
			},
			due_date: {
				kind: 'date',
				displayName: 'Due Date',
				description: 'The day by which it is to be paid, YYYY-MM-DD.',
				required: true,
			},
			customer_phone: {
				kind: 'text',
				displayName: 'Customer Phone',
				description: 'The mobile number, with or without country code. Blank: the invoice waits for it.',
				required: false,
			},
			invoice_number: {
				kind: 'text',
				displayName: 'Invoice Number',
				description: 'Your number for the invoice. The same number again updates the same invoice.',
				required: false,
			},
			description: {
				kind: 'text',
				displayName: 'Description',
				description: 'What it is for, in the customer\'s words.',
				required: false,
			},
			pay_url: {
				kind: 'longText',
				displayName: 'Payment Link',
				description: 'Where the customer pays. Its host must be an approved destination.',
				required: false,
			},
			pdf: {
				kind: 'file',
				displayName: 'PDF',
				description: 'The https address of the invoice document, or the id of an uploaded file. At most 5 MB.',
				required: false,
			},
			recipe: {
				kind: 'list',
				list: 'recipes',
				displayName: 'Recipe',
				description: 'The plan of messages to follow. Blank: the business\'s default.',
				required: false,
			},
			customer_ref: {
				kind: 'text',
				displayName: 'Customer Reference',
				description: 'Your own name for the customer, such as a room or account number.',
				required: false,
			},
			contact_name: {
				kind: 'text',
				displayName: 'Contact Name',
				description: 'The person to greet, when the customer is a company.',
				required: false,
			},
			customer_email: {
				kind: 'text',
				displayName: 'Customer Email',
				description: 'The email address for documents.',
				required: false,
			},
			issue_date: {
				kind: 'date',
				displayName: 'Issue Date',
				description: 'The day of the invoice, YYYY-MM-DD. Blank: today.',
				required: false,
			},
			currency: {
				kind: 'text',
				displayName: 'Currency',
				description: 'ISO 4217 code. Blank: the business\'s currency.',
				required: false,
			},
			language: {
				kind: 'choice',
				choices: [
					{
						label: 'Indonesian',
						value: 'id',
					},
					{
						label: 'English',
						value: 'en',
					},
				],
				displayName: 'Language',
				description: 'The language of the messages. Blank: the business\'s.',
				required: false,
			},
			channel: {
				kind: 'choice',
				choices: [
					{
						label: 'Whatsapp',
						value: 'whatsapp',
					},
					{
						label: 'Sms',
						value: 'sms',
					},
				],
				displayName: 'Channel',
				description: 'The preferred channel.',
				required: false,
			},
			time_zone: {
				kind: 'list',
				list: 'zones',
				displayName: 'Time Zone',
				description: 'The IANA zone whose clock decides when to write, such as Asia/Makassar.',
				required: false,
			},
			source: {
				kind: 'text',
				displayName: 'Source',
				description: 'Where the invoice was born, such as jurnal or xero, not what carried it here.',
				required: false,
			},
			rep_name: {
				kind: 'text',
				displayName: 'Representative Name',
				description: 'Who in the business looks after this customer.',
				required: false,
			},
			rep_email: {
				kind: 'text',
				displayName: 'Representative Email',
				description: 'Where that person is reached.',
				required: false,
			},
			consent_source: {
				kind: 'text',
				displayName: 'Consent Source',
				description: 'How the customer agreed to be written to, such as the lease.',
				required: false,
			},
			hold: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Hold',
				description: 'True keeps every message back until Resume Reminders.',
				required: false,
			},
			extra: {
				kind: 'pairs',
				displayName: 'Extra Fields',
				description: 'At most ten fields of your own; they come back as extra_* in every event.',
				required: false,
			},
			appointment_at: {
				kind: 'text',
				displayName: 'Appointment At',
				description: 'When the customer is expected: a local time like 2026-12-09 10:30, or with an offset.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'explain_invoice',
		displayName: 'Explain Invoice',
		description: 'Tells why each message of an invoice was sent, waits or never left, with its reason.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
		},
	},
	{
		name: 'get_invoice',
		displayName: 'Find Invoice',
		description: 'Finds one invoice by its number or id and tells its state.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
		},
	},
	{
		name: 'find_invoices',
		displayName: 'Find Invoices',
		description: 'Lists invoices by state, customer and due date, the nearest due date first.',
		makesKey: false,
		fields: {
			status: {
				kind: 'choice',
				choices: [
					{
						label: 'Waiting',
						value: 'waiting',
					},
					{
						label: 'Open',
						value: 'open',
					},
					{
						label: 'Partly Paid',
						value: 'partly_paid',
					},
					{
						label: 'Paid',
						value: 'paid',
					},
					{
						label: 'Void',
						value: 'void',
					},
					{
						label: 'Overdue',
						value: 'overdue',
					},
					{
						label: 'Owed',
						value: 'owed',
					},
				],
				displayName: 'Status',
				description: 'Only invoices in this state; blank: all. overdue: open and past the due date.',
				required: false,
			},
			overdue_days_min: {
				kind: 'number',
				displayName: 'Days Overdue at Least',
				description: 'Only invoices that are at least so many days late.',
				required: false,
			},
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: false,
			},
			due_from: {
				kind: 'date',
				displayName: 'Due From',
				description: 'The first due date, YYYY-MM-DD.',
				required: false,
			},
			due_to: {
				kind: 'date',
				displayName: 'Due To',
				description: 'The last due date, YYYY-MM-DD.',
				required: false,
			},
			limit: {
				kind: 'number',
				displayName: 'Limit',
				description: 'How many at most.',
				required: false,
			},
			cursor: {
				kind: 'text',
				displayName: 'Next Page',
				description: 'The `next` of the page before.',
				required: false,
			},
			tag: {
				kind: 'text',
				displayName: 'Tag',
				description: 'Only what bears this word in its extra field `tag`, on the invoice or its customer.',
				required: false,
			},
			extra: {
				kind: 'pairs',
				displayName: 'Extra Fields',
				description: 'Only invoices with these values in fields of your own, on the invoice or its customer.',
				required: false,
			},
			changed_after: {
				kind: 'text',
				displayName: 'Changed After',
				description: 'Only invoices that changed after this time.',
				required: false,
			},
		},
	},
	{
		name: 'update_invoice',
		displayName: 'Update Invoice',
		description: 'Changes what is given of an invoice and leaves the rest; a due date moved by three days or more starts a new plan.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
			amount: {
				kind: 'text',
				displayName: 'Amount',
				description: 'The amount, as people write it: 1500000, "1.500.000" or "Rp 1,5jt".',
				required: false,
			},
			due_date: {
				kind: 'date',
				displayName: 'Due Date',
				description: 'The day by which it is to be paid, YYYY-MM-DD.',
				required: false,
			},
			pay_url: {
				kind: 'longText',
				displayName: 'Payment Link',
				description: 'Where the customer pays. Its host must be an approved destination.',
				required: false,
			},
			pdf: {
				kind: 'file',
				displayName: 'PDF',
				description: 'The https address of the invoice document, or the id of an uploaded file. At most 5 MB.',
				required: false,
			},
			description: {
				kind: 'text',
				displayName: 'Description',
				description: 'What it is for, in the customer\'s words.',
				required: false,
			},
			recipe: {
				kind: 'list',
				list: 'recipes',
				displayName: 'Recipe',
				description: 'The plan of messages to follow. Blank: the business\'s default.',
				required: false,
			},
			customer_phone: {
				kind: 'text',
				displayName: 'Customer Phone',
				description: 'The mobile number, with or without country code. Blank: the invoice waits for it.',
				required: false,
			},
			confirm_phone_change: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Confirm New Number',
				description: 'True says that the changed number was checked with the customer.',
				required: false,
			},
			language: {
				kind: 'choice',
				choices: [
					{
						label: 'Indonesian',
						value: 'id',
					},
					{
						label: 'English',
						value: 'en',
					},
				],
				displayName: 'Language',
				description: 'The language of the messages. Blank: the business\'s.',
				required: false,
			},
			channel: {
				kind: 'choice',
				choices: [
					{
						label: 'Whatsapp',
						value: 'whatsapp',
					},
					{
						label: 'Sms',
						value: 'sms',
					},
				],
				displayName: 'Channel',
				description: 'The preferred channel.',
				required: false,
			},
			time_zone: {
				kind: 'list',
				list: 'zones',
				displayName: 'Time Zone',
				description: 'The IANA zone whose clock decides when to write, such as Asia/Makassar.',
				required: false,
			},
			extra: {
				kind: 'pairs',
				displayName: 'Extra Fields',
				description: 'At most ten fields of your own; they come back as extra_* in every event.',
				required: false,
			},
			appointment_at: {
				kind: 'text',
				displayName: 'Appointment At',
				description: 'When the customer is expected: a local time like 2026-12-09 10:30, or with an offset.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'void_invoice',
		displayName: 'Void Invoice',
		description: 'Ends an invoice that is not owed any more and stops its messages.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why, for the record.',
				required: true,
			},
			tell_customer: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Tell Customer',
				description: 'True sends the customer a message about it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'resend_invoice',
		displayName: 'Resend Invoice',
		description: 'Sends the invoice\'s own text once more, for a customer who did not get it or cannot find it.',
		makesKey: true,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why it goes once more.',
				required: true,
			},
			channel: {
				kind: 'choice',
				choices: [
					{
						label: 'Whatsapp',
						value: 'whatsapp',
					},
					{
						label: 'Sms',
						value: 'sms',
					},
				],
				displayName: 'Channel',
				description: 'The preferred channel.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Blank: the same fields within 24 hours are one. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'schedule_reminder',
		displayName: 'Schedule Reminder',
		description: 'Plans one template for an invoice or a customer at a time of your choice, inside the sending hours.',
		makesKey: true,
		fields: {
			template: {
				kind: 'list',
				list: 'templates',
				displayName: 'Template',
				description: 'The template to send.',
				required: true,
			},
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: false,
			},
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: false,
			},
			send_at: {
				kind: 'text',
				displayName: 'Send At',
				description: 'When to send: with an offset, or local time of the customer.',
				required: false,
			},
			variables: {
				kind: 'loaded',
				list: 'template_fields',
				from: 'template',
				displayName: 'Variables',
				description: 'Values for the template\'s own variables; what the invoice knows is filled in.',
				required: false,
			},
			channel: {
				kind: 'choice',
				choices: [
					{
						label: 'Whatsapp',
						value: 'whatsapp',
					},
					{
						label: 'Sms',
						value: 'sms',
					},
				],
				displayName: 'Channel',
				description: 'The preferred channel.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Blank: the same fields within 24 hours are one. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'send_message',
		displayName: 'Send Message',
		description: 'Writes to a customer in free words while the 24 hours after their own message last.',
		makesKey: true,
		fields: {
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: true,
			},
			text: {
				kind: 'longText',
				displayName: 'Text',
				description: 'What the customer will read.',
				required: true,
			},
			file: {
				kind: 'file',
				displayName: 'File',
				description: 'A JPEG or PNG photo or a PDF of at most 5 MB: the id of an uploaded file, or its https address. It goes by WhatsApp only, never with a template.',
				required: false,
			},
			case: {
				kind: 'list',
				list: 'cases',
				displayName: 'Case',
				description: 'The case\'s id.',
				required: false,
			},
			fallback_template: {
				kind: 'list',
				list: 'templates',
				displayName: 'Fallback Template',
				description: 'The template that goes instead when the 24 hours of free messages are over.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Blank: the same fields within 24 hours are one. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'send_template',
		displayName: 'Send Template',
		description: 'Sends one template for an invoice or to a customer as soon as its permission allows.',
		makesKey: true,
		fields: {
			template: {
				kind: 'list',
				list: 'templates',
				displayName: 'Template',
				description: 'The template to send.',
				required: true,
			},
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: false,
			},
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: false,
			},
			variables: {
				kind: 'loaded',
				list: 'template_fields',
				from: 'template',
				displayName: 'Variables',
				description: 'Values for the template\'s own variables; what the invoice knows is filled in.',
				required: false,
			},
			channel: {
				kind: 'choice',
				choices: [
					{
						label: 'Whatsapp',
						value: 'whatsapp',
					},
					{
						label: 'Sms',
						value: 'sms',
					},
				],
				displayName: 'Channel',
				description: 'The preferred channel.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Blank: the same fields within 24 hours are one. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'mark_paid',
		displayName: 'Record Payment',
		description: 'Records a payment, whole or part, once: it stops the reminders of what is paid and plans the receipt.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id; or give the customer.',
				required: false,
			},
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: false,
			},
			amount: {
				kind: 'text',
				displayName: 'Amount',
				description: 'The amount, as people write it: 1500000, "1.500.000" or "Rp 1,5jt".',
				required: false,
			},
			paid_on: {
				kind: 'date',
				displayName: 'Paid On',
				description: 'The day of the payment, YYYY-MM-DD. Blank: today.',
				required: false,
			},
			payment_method: {
				kind: 'text',
				displayName: 'Payment Method',
				description: 'How it was paid, such as bank_transfer, va_bca or cash.',
				required: false,
			},
			payment_ref: {
				kind: 'text',
				displayName: 'Payment Reference',
				description: 'The payment\'s own reference. The same reference again is the same payment.',
				required: false,
			},
			note: {
				kind: 'longText',
				displayName: 'Note',
				description: 'A remark for your own people; customers never see it.',
				required: false,
			},
			currency: {
				kind: 'text',
				displayName: 'Currency',
				description: 'ISO 4217 code. Blank: the business\'s currency.',
				required: false,
			},
			allocate: {
				kind: 'choice',
				choices: [
					{
						label: 'Exact',
						value: 'exact',
					},
					{
						label: 'Oldest First',
						value: 'oldest_first',
					},
					{
						label: 'Ask',
						value: 'ask',
					},
				],
				displayName: 'Allocate',
				description: 'How one payment fills several invoices. exact: the only set that adds up; ask: a person chooses.',
				required: false,
			},
			tell_customer: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Tell Customer',
				description: 'True sends the customer a message about it.',
				required: false,
			},
			allow_over: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Allow Overpayment',
				description: 'True takes more than what is open: whole months ahead, also more than three, and a rest that is shown as overpaid.',
				required: false,
			},
			park: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Park',
				description: 'True keeps a payment whose invoice is not known yet, and records it when the invoice appears.',
				required: false,
			},
			payment: {
				kind: 'text',
				displayName: 'Payment',
				description: 'The id of a parked payment that is for these invoices.',
				required: false,
			},
			by: {
				kind: 'text',
				displayName: 'By',
				description: 'Who recorded it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'reverse_payment',
		displayName: 'Reverse Payment',
		description: 'Takes back a payment that was wrong or bounced: the invoice is owed again, its reminders go on with what is true now, and a receipt that has not left never does.',
		makesKey: false,
		fields: {
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why, for the record.',
				required: true,
			},
			payment: {
				kind: 'text',
				displayName: 'Payment',
				description: 'The payment\'s id or reference; or give the invoice.',
				required: false,
			},
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice whose only payment is meant; with a payment, the invoice whose part of it is meant.',
				required: false,
			},
			tell_customer: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Tell Customer',
				description: 'True apologises to the customer. Blank: nobody is told.',
				required: false,
			},
			by: {
				kind: 'text',
				displayName: 'By',
				description: 'Who recorded it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'create_payment_plan',
		displayName: 'Create Payment Plan',
		description: 'Splits what is open of an invoice into instalments, each with its own reminders; the invoice stays the debt and is lowered with every payment.',
		makesKey: true,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
			instalments: {
				kind: 'number',
				displayName: 'Instalments',
				description: 'How many equal instalments.',
				required: false,
			},
			lines: {
				kind: 'lines',
				fields: {
					date: {
						kind: 'date',
						displayName: 'Date',
						description: '',
						required: false,
					},
					amount: {
						kind: 'text',
						displayName: 'Amount',
						description: '',
						required: false,
					},
				},
				displayName: 'Lines',
				description: 'The instalments one by one, each with its date and amount, in place of a number of equal ones.',
				required: false,
			},
			first_date: {
				kind: 'date',
				displayName: 'First Date',
				description: 'The due date of the first instalment. Blank: the invoice\'s, or one interval from today.',
				required: false,
			},
			every: {
				kind: 'choice',
				choices: [
					{
						label: 'Week',
						value: 'week',
					},
					{
						label: 'Two Weeks',
						value: 'two_weeks',
					},
					{
						label: 'Month',
						value: 'month',
					},
				],
				displayName: 'Every',
				description: 'How far apart the instalments are.',
				required: false,
			},
			down_payment: {
				kind: 'text',
				displayName: 'Down Payment',
				description: 'What is to be paid today, before the instalments.',
				required: false,
			},
			approve_exception: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Approve Exception',
				description: 'True allows a plan beyond the policy\'s ceiling; only a key that may do everything can say so.',
				required: false,
			},
			by: {
				kind: 'text',
				displayName: 'By',
				description: 'Who recorded it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Blank: the same fields within 24 hours are one. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'cancel_promise',
		displayName: 'Cancel Promise',
		description: 'Ends an open promise; the reminders go on with what is true now.',
		makesKey: false,
		fields: {
			promise: {
				kind: 'list',
				list: 'promises',
				displayName: 'Promise',
				description: 'The promise\'s id.',
				required: true,
			},
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why, for the record.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'record_promise',
		displayName: 'Record Promise',
		description: 'Records the day on which the customer will pay and rests the reminders until then.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
			promise_date: {
				kind: 'date',
				displayName: 'Promise Date',
				description: 'The day on which the customer will pay, YYYY-MM-DD.',
				required: true,
			},
			promise_amount: {
				kind: 'text',
				displayName: 'Promise Amount',
				description: 'What was promised. Blank: all that is open.',
				required: false,
			},
			promise_words: {
				kind: 'text',
				displayName: 'Words',
				description: 'What the customer said.',
				required: false,
			},
			by: {
				kind: 'text',
				displayName: 'By',
				description: 'Who recorded it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'cancel_sequence',
		displayName: 'Cancel Sequence',
		description: 'Stops the reminders of an invoice for good; the invoice stays open.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why, for the record.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'pause_sequence',
		displayName: 'Pause Reminders',
		description: 'Keeps back the reminders of one invoice, or of all a customer\'s invoices, until a day or until they are resumed.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: false,
			},
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: false,
			},
			until: {
				kind: 'date',
				displayName: 'Until',
				description: 'The last day of it, YYYY-MM-DD. Blank: until it is ended by hand.',
				required: false,
			},
			reason: {
				kind: 'text',
				displayName: 'Reason',
				description: 'Why, for the record.',
				required: false,
			},
			note: {
				kind: 'longText',
				displayName: 'Note',
				description: 'A remark for your own people; customers never see it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'preview_sequence',
		displayName: 'Preview Sequence',
		description: 'Shows which message would go when, in the customer\'s words, without planning anything.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
			recipe: {
				kind: 'list',
				list: 'recipes',
				displayName: 'Recipe',
				description: 'The plan of messages to follow. Blank: the business\'s default.',
				required: false,
			},
		},
	},
	{
		name: 'resume_sequence',
		displayName: 'Resume Reminders',
		description: 'Goes on with paused reminders; what is sent next is what is true now, never what was missed.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: false,
			},
			customer: {
				kind: 'list',
				list: 'customers',
				displayName: 'Customer',
				description: 'The customer\'s own reference, phone number or id.',
				required: false,
			},
			note: {
				kind: 'longText',
				displayName: 'Note',
				description: 'A remark for your own people; customers never see it.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
	{
		name: 'start_sequence',
		displayName: 'Start Sequence',
		description: 'Starts the plan of messages for an invoice that has none, or anew.',
		makesKey: false,
		fields: {
			invoice: {
				kind: 'list',
				list: 'invoices',
				displayName: 'Invoice',
				description: 'The invoice\'s number or id.',
				required: true,
			},
			recipe: {
				kind: 'list',
				list: 'recipes',
				displayName: 'Recipe',
				description: 'The plan of messages to follow. Blank: the business\'s default.',
				required: false,
			},
			restart: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Restart',
				description: 'True begins a new run although one is there.',
				required: false,
			},
			dry_run: {
				kind: 'choice',
				choices: [
					{
						label: 'Yes',
						value: true,
					},
					{
						label: 'No',
						value: false,
					},
				],
				displayName: 'Dry Run',
				description: 'True answers what would happen and changes nothing.',
				required: false,
			},
			deduplication_key: {
				kind: 'text',
				displayName: 'Deduplication Key',
				description: 'The same key is done once; the same key with other fields is refused. Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.',
				required: false,
			},
		},
	},
];
