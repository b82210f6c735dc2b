// @ts-check
/*
 * =TAGIH_STATUS(A2) in a cell. Whoever types it, Google gives a formula the user properties of the file's owner
 * (developers.google.com/apps-script/guides/sheets/functions, "Using Apps Script services"): it runs with the
 * owner's key. It may not ask who looks, so its words are in the file's language.
 */

const TAGIH_FRESH_S = 300;
const TAGIH_CELL_MS = 15 * 1000; // Apps Script stops a formula after thirty seconds

/**
 * What Tagih says of an invoice: its status, what is still open, and what comes next.
 *
 * @param {string} invoice The invoice's number, or a column of them.
 * @return {string} One line of text.
 * @customfunction
 */
function TAGIH_STATUS(invoice) {
  tagihIsCell = true;
  try {
    if (Array.isArray(invoice)) return /** @type {any} */ (invoice.map((row) => row.map(tagihStatusOf_)));
    return tagihStatusOf_(invoice);
  } finally {
    tagihIsCell = false;
  }
}

/** @param {any} given */
function tagihStatusOf_(given) {
  const number = String(given === null || given === undefined ? '' : given).trim();
  if (!number) return '';
  if (!tagihConnection_().key) return tagihWord_('owner_key_missing');
  const cache = CacheService.getUserCache();
  const name = 'status:' + number.slice(0, 200);
  const kept = cache && cache.get(name);
  if (kept) return kept;
  const answer = tagihAct_('get_invoice', { invoice: number }, Date.now() + TAGIH_CELL_MS);
  if (!answer.ok) return answer.text;
  const card = answer.body;
  const parts = [tagihWord_('status_' + card.invoice_status), card.amount_due_text];
  if (card.next_step_text) parts.push(card.next_step_text);
  else if (card.why_not_text) parts.push(card.why_not_text);
  const text = parts.filter(Boolean).join(' · ');
  if (cache) cache.put(name, text, TAGIH_FRESH_S);
  return text;
}
