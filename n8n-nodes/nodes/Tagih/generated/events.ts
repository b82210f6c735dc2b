// Made from specs/ by `make generate`; do not edit it here.
import type { INodePropertyOptions } from 'n8n-workflow';

export const events: INodePropertyOptions[] = [
	{
		name: 'Blackout Recovered',
		value: 'blackout_recovered',
		description: 'Triggers when sending goes on after a power cut, a lost network or a pause, with the count of what was late',
	},
	{
		name: 'Case Resolved',
		value: 'case_resolved',
		description: 'Triggers when a person has closed a case',
	},
	{
		name: 'Channel Unhealthy',
		value: 'channel_unhealthy',
		description: 'Triggers when a sender or a webhook stops, or messages no longer go through',
	},
	{
		name: 'Contact Problem',
		value: 'contact_problem',
		description: 'Triggers when a customer cannot be reached: no number, a wrong one, or none that takes messages',
	},
	{
		name: 'Customer Opted In',
		value: 'opted_in',
		description: 'Triggers when a customer agrees again to be written to',
	},
	{
		name: 'Customer Opted Out',
		value: 'opted_out',
		description: 'Triggers when a customer asks not to be written to',
	},
	{
		name: 'Daily Digest Ready',
		value: 'owner_digest',
		description: 'Triggers when the day starts (07:00): what is owed, came in and waits for a person; after a power cut one, the true one',
	},
	{
		name: 'Dispute Opened',
		value: 'dispute_opened',
		description: 'Triggers when a customer disputes an invoice; for the record, needs_human tells it too',
	},
	{
		name: 'Invoice Created',
		value: 'invoice_created',
		description: 'Triggers when an invoice is made, by an action, a spreadsheet or a source',
	},
	{
		name: 'Invoice Due',
		value: 'invoice_due',
		description: 'Triggers when the due date of an open invoice begins',
	},
	{
		name: 'Invoice Overdue',
		value: 'invoice_overdue',
		description: 'Triggers when an open invoice passes 1, 3, 7, 14 or 30 days after its due date, once for each',
	},
	{
		name: 'Invoice Paid',
		value: 'invoice_paid',
		description: 'Triggers when an invoice is paid in full',
	},
	{
		name: 'Invoice Status Changed',
		value: 'invoice_changed',
		description: 'Triggers when what a sheet or CRM shows of an invoice has changed (payment, message, promise, case, amount), at most once a minute for each',
	},
	{
		name: 'Message Delivered',
		value: 'message_delivered',
		description: 'Triggers when a message has reached the customer\'s phone',
	},
	{
		name: 'Message Failed',
		value: 'message_failed',
		description: 'Triggers when a message cannot reach the customer',
	},
	{
		name: 'Message Read',
		value: 'message_read',
		description: 'Triggers when the customer has read a message',
	},
	{
		name: 'Message Sent',
		value: 'message_sent',
		description: 'Triggers when a provider has accepted a message',
	},
	{
		name: 'Payment Claimed',
		value: 'payment_claimed',
		description: 'Triggers when a customer says that an invoice is paid; reminders wait while you check',
	},
	{
		name: 'Payment Received',
		value: 'payment_received',
		description: 'Triggers when a payment is recorded, whole or part',
	},
	{
		name: 'Payment Reversed',
		value: 'payment_reversed',
		description: 'Triggers when a recorded payment is taken back; its invoice is owed again',
	},
	{
		name: 'Payment Unmatched',
		value: 'payment_unmatched',
		description: 'Triggers when a payment comes in and nobody can tell for which invoice; it is kept until somebody can',
	},
	{
		name: 'Person Needed',
		value: 'needs_human',
		description: 'Triggers when a person must look at something, with its context',
	},
	{
		name: 'Promise Broken',
		value: 'promise_broken',
		description: 'Triggers when the promised day and its grace have passed without the payment',
	},
	{
		name: 'Promise Cancelled',
		value: 'promise_cancelled',
		description: 'Triggers when a promise ends before its day: replaced, withdrawn or not needed any more',
	},
	{
		name: 'Promise Kept',
		value: 'promise_kept',
		description: 'Triggers when what was promised has been paid in time',
	},
	{
		name: 'Promise Made',
		value: 'promise_made',
		description: 'Triggers when a customer promises a day of payment',
	},
	{
		name: 'Reply Received',
		value: 'inbound_reply',
		description: 'Triggers when a customer writes, presses a button or sends a file',
	},
	{
		name: 'Sequence Completed',
		value: 'sequence_completed',
		description: 'Triggers when the reminders of an invoice have come to their end',
	},
];
