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
  if (!/^https:\/\/[^\s/]+/.test(url) && !/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?/.test(url)) {
    return { ok: false, text: tagihWord_('url_wrong') };
  }
  const key = String(given.key || '').trim() || tagihConnection_().key;
  if (!key) return { ok: false, text: tagihWord_('key_missing') };
  const answer = tagihGet_(url, key, '/v1/me');
  if (!answer.ok) return { ok: false, text: answer.text };
  // The installer's own properties: other editors of the sheet cannot read them.
  PropertiesService.getUserProperties().setProperties({ TAGIH_URL: url, TAGIH_KEY: key });
  const list = String(given.list || '').trim();
  if (list) PropertiesService.getDocumentProperties().setProperty('TAGIH_LIST', list);
  const mode = answer.body.mode === 'live' ? '' : ' ' + tagihWord_('sandbox');
  return { ok: true, text: tagihWord_('connected', { name: answer.body.business_name }) + mode };
}

/** Sends the rows that are marked. */
function tagihSendSelected() {
  const range = SpreadsheetApp.getActiveRange();
  const first = range ? range.getRow() : 0;
  const last = range ? range.getLastRow() : 0;
  tagihTell_(tagihRun_({ first: Math.max(first, 2), last: last, mode: 'apply_safe' }));
}

/** Sends every row. */
function tagihSendAll() {
  tagihTell_(tagihRun_({ first: 2, last: null, mode: 'apply_safe' }));
}

/** Lets the messages of this list go: until then its first rows are only kept. */
function tagihStart() {
  if (!tagihAsk_(tagihWord_('start_question', { list: tagihList_() }))) return;
  tagihTell_(tagihRun_({ first: 2, last: null, mode: 'apply_safe', start: true }));
}

/** Once a morning: the whole list, what is safe. */
function tagihDaily() {
  tagihRun_({ first: 2, last: null, mode: 'apply_safe' });
}

/** Goes on where the last run had no more time. */
function tagihResume() {
  tagihRemoveTriggers_('tagihResume');
  const properties = PropertiesService.getDocumentProperties();
  const kept = properties.getProperty('TAGIH_RESUME');
  if (!kept) return;
  properties.deleteProperty('TAGIH_RESUME');
  tagihRun_(JSON.parse(kept));
}

/** One daily trigger, never two: not of this person, and not of a colleague either. */
function tagihTurnOnDaily() {
  const properties = PropertiesService.getDocumentProperties();
  const me = Session.getTemporaryActiveUserKey();
  const other = properties.getProperty('TAGIH_DAILY_BY');
  if (!tagihConnection_().key) return tagihTell_(tagihWord_('key_missing'));
  if (other && other !== me && !tagihAsk_(tagihWord_('daily_other'))) return undefined;
  tagihRemoveTriggers_('tagihDaily');
  ScriptApp.newTrigger('tagihDaily').timeBased().everyDays(1).atHour(7).create();
  properties.setProperty('TAGIH_DAILY_BY', me);
  return tagihTell_(tagihWord_('daily_on'));
}

/** Ends this person's daily trigger. */
function tagihTurnOffDaily() {
  tagihRemoveTriggers_('tagihDaily');
  const properties = PropertiesService.getDocumentProperties();
  if (properties.getProperty('TAGIH_DAILY_BY') === Session.getTemporaryActiveUserKey()) {
    properties.deleteProperty('TAGIH_DAILY_BY');
  }
  tagihTell_(tagihWord_('daily_off'));
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
