// @ts-check
/* The menu, and what each of its lines does. Tagih keeps the clock; this sheet only says what it holds. */

/** Runs when the spreadsheet opens. */
function onOpen() {
  SpreadsheetApp.getUi()
    .createMenu('Tagih')
    .addItem(tagihWord_('menu_selected'), 'tagihSendSelected')
    .addItem(tagihWord_('menu_all'), 'tagihSendAll')
    .addItem(tagihWord_('menu_start'), 'tagihStart')
    .addItem(tagihWord_('menu_forms'), 'tagihShowForms')
    .addSeparator()
    .addItem(tagihWord_('menu_on'), 'tagihTurnOnDaily')
    .addItem(tagihWord_('menu_off'), 'tagihTurnOffDaily')
    .addItem(tagihWord_('menu_connect'), 'tagihShowSidebar')
    .addToUi();
}

/** The sidebar: address, key, name of the list. */
function tagihShowSidebar() {
  SpreadsheetApp.getUi().showSidebar(HtmlService.createHtmlOutputFromFile('Sidebar').setTitle('Tagih'));
}

/** What the sidebar shows when it opens; the key itself never goes back to it. */
function tagihState() {
  const known = tagihConnection_();
  return {
    language: tagihLanguage_(),
    url: known.url,
    has_key: Boolean(known.key),
    list: tagihList_(),
    daily: tagihDailyTriggers_().length > 0,
    words: tagihWords_(),
  };
}

/**
 * Keeps address and key for the one who installs, and tries them.
 * @param {{url: string, key: string, list: string}} given
 */
function tagihConnect(given) {
  const url = String(given.url || '').trim().replace(/\/+$/, '');
  if (!TAGIH_ADDRESS.test(url)) return { ok: false, text: tagihWord_('url_wrong') };
  const known = tagihConnection_();
  const written = String(given.key || '').trim();
  // A key that is kept belongs to the server that it was made on.
  if (!written && known.key && tagihOrigin_(url) !== tagihOrigin_(known.url)) {
    return { ok: false, text: tagihWord_('key_again') };
  }
  const key = written || known.key;
  if (!key) return { ok: false, text: tagihWord_('key_missing') };
  const answer = tagihGet_(url, key, '/v1/me');
  if (!answer.ok) return { ok: false, text: answer.text };
  // The properties of the one who connects, not of the file: a copy of the file holds no key.
  PropertiesService.getUserProperties().setProperties({ TAGIH_URL: url, TAGIH_KEY: key });
  const list = String(given.list || '').trim();
  if (list) PropertiesService.getDocumentProperties().setProperty('TAGIH_LIST', list);
  const mode = answer.body.mode === 'live' ? '' : ' ' + tagihWord_('sandbox');
  return { ok: true, text: tagihWord_('connected', { name: answer.body.business_name }) + mode };
}

/** Sends the rows that are marked. */
function tagihSendSelected() {
  const marked = SpreadsheetApp.getActiveRangeList();
  const only = marked ? marked.getRanges().map((range) => [range.getRow(), range.getLastRow()]) : [];
  tagihTell_(tagihRun_({ first: 2, last: null, mode: 'apply_safe', only: only }).text);
}

/** Sends every row. */
function tagihSendAll() {
  tagihTell_(tagihRun_({ first: 2, last: null, mode: 'apply_safe' }).text);
}

/** Lets the messages of this list go: until then its first rows are only kept. */
function tagihStart() {
  if (!tagihAsk_(tagihWord_('start_question', { list: tagihList_() }))) return;
  tagihTell_(tagihRun_({ first: 2, last: null, mode: 'apply_safe', start: true }).text);
}

/**
 * Once a morning: the whole list of the tab on which it was turned on, what is safe. Nobody looks: a failure is
 * thrown, and Google writes of it to the one who turned it on.
 */
function tagihDaily() {
  const kept = PropertiesService.getUserProperties().getProperty('TAGIH_DAILY_SHEET');
  if (kept === null) throw new Error(tagihWord_('sheet_gone'));
  const ended = tagihRun_({ first: 2, last: null, mode: 'apply_safe', sheet: Number(kept) });
  if (!ended.ok) throw new Error(ended.text);
}

/** One daily trigger, never two: not of this person, and not of a colleague either. */
function tagihTurnOnDaily() {
  const properties = PropertiesService.getDocumentProperties();
  const me = tagihMe_();
  const other = properties.getProperty('TAGIH_DAILY_BY');
  if (!tagihConnection_().key) return tagihTell_(tagihWord_('key_missing'));
  if (other && other !== me && !tagihAsk_(tagihWord_('daily_other'))) return undefined;
  tagihRemoveTriggers_('tagihDaily');
  ScriptApp.newTrigger('tagihDaily').timeBased().everyDays(1).atHour(7).create();
  const sheet = SpreadsheetApp.getActiveSheet();
  PropertiesService.getUserProperties().setProperty('TAGIH_DAILY_SHEET', String(sheet.getSheetId()));
  properties.setProperty('TAGIH_DAILY_BY', me);
  return tagihTell_(tagihWord_('daily_on', { sheet: sheet.getName() }));
}

/** Ends this person's daily trigger. */
function tagihTurnOffDaily() {
  tagihRemoveTriggers_('tagihDaily');
  const properties = PropertiesService.getDocumentProperties();
  if (properties.getProperty('TAGIH_DAILY_BY') === tagihMe_()) {
    properties.deleteProperty('TAGIH_DAILY_BY');
  }
  tagihTell_(tagihWord_('daily_off'));
}

/** Who this is to the others of the file: a name of our own making, for Google's own one changes every month. */
function tagihMe_() {
  const properties = PropertiesService.getUserProperties();
  const kept = properties.getProperty('TAGIH_ME') || Utilities.getUuid();
  properties.setProperty('TAGIH_ME', kept);
  return kept;
}

function tagihDailyTriggers_() {
  return ScriptApp.getProjectTriggers().filter((trigger) => trigger.getHandlerFunction() === 'tagihDaily');
}

/** @param {string} handler */
function tagihRemoveTriggers_(handler) {
  ScriptApp.getProjectTriggers()
    .filter((trigger) => trigger.getHandlerFunction() === handler)
    .forEach((trigger) => ScriptApp.deleteTrigger(trigger));
}

/** @param {string} text */
function tagihTell_(text) {
  SpreadsheetApp.getActiveSpreadsheet().toast(text, 'Tagih', 10);
}

/** @param {string} question */
function tagihAsk_(question) {
  const ui = SpreadsheetApp.getUi();
  return ui.alert('Tagih', question, ui.ButtonSet.YES_NO) === ui.Button.YES;
}
