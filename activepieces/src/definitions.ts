/** What the files in generated/ hold: the form of each step, without any code. */

export type Choice = { label: string; value: string | number | boolean };

export type Field = { displayName: string; description: string; required: boolean } & (
	| { kind: 'text' | 'longText' | 'number' | 'date' | 'file' | 'pairs' | 'texts' | 'json' }
	| { kind: 'choice' | 'choices'; choices: Choice[] }
	/** A drop-down that the server fills. */
	| { kind: 'list' | 'lists'; list: string }
	/** Fields that the server knows once another field is filled. */
	| { kind: 'loaded'; list: string; from: string }
	| { kind: 'lines'; fields: Fields }
);

export type Fields = Record<string, Field>;

export type ActionDefinition = {
	name: string;
	displayName: string;
	description: string;
	/** Whether it would be done twice if nobody said that it is the same. */
	makesKey: boolean;
	fields: Fields;
};

export type TriggerDefinition = {
	name: string;
	displayName: string;
	description: string;
	fields: Fields;
	sample: Event;
};

export type Event = Record<string, unknown>;
