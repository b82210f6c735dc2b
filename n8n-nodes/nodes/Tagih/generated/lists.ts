// Made from specs/ by `make generate`; do not edit it here.
export const LISTS = {
	getCaseReasons: 'case_reasons',
	getChannels: 'channels',
	getLanguages: 'languages',
	getLists: 'lists',
	getOutcomes: 'outcomes',
	getPeriods: 'periods',
	getRecipes: 'recipes',
	getTemplates: 'templates',
	getZones: 'zones',
} as const;
