// @ts-check
/* Single actions as a form, filled from the row that is marked. Which ones there are comes from the specs. */

/** The sidebar with the forms. */
function tagihShowForms() {
  SpreadsheetApp.getUi().showSidebar(HtmlService.createHtmlOutputFromFile('Form').setTitle('Tagih'));
}

/** What the sidebar shows: the forms in the reader's language, filled with what the marked row knows. */
function tagihForms() {
  const language = tagihLanguage_();
  return {
    send: tagihWord_('send'),
    filled: tagihFilled_(),
    forms: TAGIH_FORMS.map((form) => ({
      name: form.name,
      title: form.title[language],
      fields: form.fields.map((field) => ({ ...field, title: field.title[language], help: field.help[language] })),
    })),
  };
}

/**
 * The choices of a field.
 * @param {string} list
 */
function tagihOptions(list) {
  const known = tagihConnection_();
  if (!known.key) return [];
  const answer = tagihGet_(known.url, known.key, '/v1/options/' + encodeURIComponent(list));
  return answer.ok ? answer.body : [];
}

/**
 * Runs the form; a payment without a reference is known again by invoice, amount and day on the server.
 * @param {string} name
 * @param {Object} given
 */
function tagihRunForm(name, given) {
  const form = TAGIH_FORMS.find((one) => one.name === name);
  if (!form) return { ok: false, text: name };
  const answer = tagihAct_(name, tagihTyped_(form.fields, given));
  return { ok: answer.ok, text: answer.ok ? answer.body.result_text || answer.body.result : answer.text };
}

/**
 * A page gives text for every box; a whole number becomes one again, and what is none stays, so that the server
 * can say so.
 * @param {{key: string, kind: string}[]} fields
 * @param {Object} given
 */
function tagihTyped_(fields, given) {
  const numbers = fields.filter((field) => field.kind === 'number').map((field) => field.key);
  const typed = Object.assign({}, given);
  numbers.filter((key) => /^-?\d+$/.test(String(typed[key]))).forEach((key) => {
    typed[key] = Number(typed[key]);
  });
  return typed;
}

function tagihFilled_() {
  const range = SpreadsheetApp.getActiveRange();
  const sheet = SpreadsheetApp.getActiveSheet();
  if (!range || range.getRow() < 2) return {};
  const headings = sheet.getRange(1, 1, 1, sheet.getLastColumn()).getDisplayValues()[0].map((text) => text.trim());
  const at = headings.indexOf(TAGIH_COLUMNS.invoice);
  const number = at < 0 ? '' : sheet.getRange(range.getRow(), at + 1).getDisplayValues()[0][0];
  return number ? { invoice: number, invoice_number: number } : {};
}
