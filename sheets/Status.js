// @ts-check
/* =TAGIH_STATUS(A2) in a cell. */

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
  if (Array.isArray(invoice)) return /** @type {any} */ (invoice.map((row) => row.map(tagihStatusOf_)));
  return tagihStatusOf_(invoice);
}

/** @param {any} given */
function tagihStatusOf_(given) {
  const number = String(given === null || given === undefined ? '' : given).trim();
  if (!number) return '';
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
