// @ts-check
/* Reads the rows as the sheet shows them, syncs them, and writes what became of each beside it. */

const TAGIH_BATCH = 200;
const TAGIH_TIME_MS = 4.5 * 60 * 1000; // Apps Script stops a run after six minutes
const TAGIH_PAUSE_MS = 60 * 1000;

/**
 * What a run is about: rows first..last (all when last is null), of them only those in `only`, of the tab with the
 * id `sheet`, else of the one that is looked at.
 * @typedef {{first: number, last: number|null, mode: string, sheet?: number, start?: boolean, only?: number[][],
 *   tries?: number, name?: string, at?: number}} TagihJob
 * @typedef {{ok: boolean, text: string, goesOn?: boolean}} TagihEnd
 */

/** The list that this sheet is on the server. */
function tagihList_() {
  const kept = PropertiesService.getDocumentProperties().getProperty('TAGIH_LIST');
  return kept || SpreadsheetApp.getActiveSpreadsheet().getName().trim().toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/**
 * Syncs the rows of the job, one run at a time; answers a sentence for the toast.
 * @param {TagihJob} job
 * @returns {TagihEnd}
 */
function tagihRun_(job) {
  const lock = LockService.getDocumentLock();
  if (!lock.tryLock(5000)) return { ok: false, text: tagihWord_('busy') };
  try {
    return tagihSync_(job);
  } finally {
    lock.releaseLock();
  }
}

/**
 * @param {TagihJob} job
 * @returns {TagihEnd}
 */
function tagihSync_(job) {
  const deadline = Date.now() + TAGIH_TIME_MS;
  const book = SpreadsheetApp.getActiveSpreadsheet();
  const wished = (/** @type {GoogleAppsScript.Spreadsheet.Sheet} */ one) => one.getSheetId() === job.sheet;
  const sheet = job.sheet === undefined ? book.getActiveSheet() : book.getSheets().find(wished);
  if (!sheet) return { ok: false, text: tagihWord_('sheet_gone') };
  const table = tagihTable_(sheet);
  const last = Math.min(job.last === null ? table.lastRow : job.last, table.lastRow);
  const isMarked = (/** @type {number} */ row) => !job.only || job.only.some(([from, to]) => row >= from && row <= to);
  const wanted = table.rows.filter((row) => row.row >= job.first && row.row <= last && isMarked(row.row));
  if (wanted.length === 0) return { ok: true, text: tagihWord_('nothing') };
  let isStarted = true;
  const total = { new: 0, changed: 0, newly_paid: 0, unchanged: 0, refused: 0, suspicious: 0 };
  for (let start = 0; start < wanted.length; start += TAGIH_BATCH) {
    const later = () => {
      const rest = { ...job, first: wanted[start].row, last: last, sheet: sheet.getSheetId() };
      tagihLater_({ ...rest, tries: start > 0 ? 0 : job.tries }, TAGIH_PAUSE_MS);
      return { ok: true, text: tagihWord_('later', { done: start, of: wanted.length }), goesOn: true };
    };
    if (Date.now() > deadline) return later();
    const batch = wanted.slice(start, start + TAGIH_BATCH);
    const given = {
      list: tagihList_(),
      mode: job.mode,
      confirm_paid: true,
      first_import_quiet: !job.start,
      rows: batch.map((row) => ({ row: row.row, ...row.cells })),
    };
    const answer = tagihAct_('import_rows', given, deadline);
    if (answer.hasNoTime && (job.tries || 0) < TAGIH_RESUMES) return later();
    if (!answer.ok) return { ok: false, text: answer.text };
    Object.keys(total).forEach((name) => {
      total[name] += answer.body[name] || 0;
    });
    isStarted = answer.body.started !== false;
    tagihWriteBack_(sheet, batch, answer.body.rows || []);
  }
  return { ok: true, text: tagihWord_('done', total) + (isStarted ? '' : ' ' + tagihWord_('not_started')) };
}

/**
 * The sheet's rows by heading. Our own columns are not part of what is sent.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 */
function tagihTable_(sheet) {
  const lastRow = sheet.getLastRow();
  const lastColumn = sheet.getLastColumn();
  if (lastRow < 2 || lastColumn < 1) return { rows: [], lastRow: lastRow };
  const range = sheet.getRange(1, 1, lastRow, lastColumn);
  const shown = range.getDisplayValues();
  const values = range.getValues();
  const zone = SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetTimeZone();
  const own = Object.values(TAGIH_COLUMNS);
  const rows = [];
  for (let r = 1; r < shown.length; r += 1) {
    const cells = {};
    shown[0].forEach((heading, c) => {
      const name = heading.trim();
      const text = tagihCell_(values[r][c], shown[r][c], zone);
      if (name && text && !own.includes(name)) cells[name] = text;
    });
    if (Object.keys(cells).length > 0) rows.push({ row: r + 1, cells: cells, mark: JSON.stringify(cells) });
  }
  return { rows: rows, lastRow: lastRow };
}

/**
 * A cell as text: a date as YYYY-MM-DD in the sheet's own zone, a number without the sheet's rounding.
 * @param {any} value
 * @param {string} shown
 * @param {string} zone
 */
function tagihCell_(value, shown, zone) {
  if (value instanceof Date) return Utilities.formatDate(value, zone, 'yyyy-MM-dd');
  if (typeof value === 'number' && Number.isInteger(value)) return String(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : '';
  return String(shown).trim();
}

/**
 * Writes each answer beside its row. A row that somebody has moved meanwhile is found by what it says, or by
 * its invoice number; one that is not found is left alone.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {{row: number, cells: Object, mark: string}[]} sent
 * @param {any[]} answers
 */
function tagihWriteBack_(sheet, sent, answers) {
  const columns = tagihOwnColumns_(sheet);
  const now = tagihTable_(sheet).rows;
  const byRow = new Map(now.map((row) => [row.row, row.mark]));
  const byMark = new Map(now.map((row) => [row.mark, row.row]));
  const numbers = sheet.getRange(1, columns.invoice, sheet.getLastRow(), 1).getDisplayValues();
  const byNumber = new Map(numbers.map((cell, at) => [cell[0], at + 1]));
  const marks = new Map(sent.map((row) => [row.row, row.mark]));
  answers.forEach((answer) => {
    const mark = marks.get(Number(answer.row));
    const at = byRow.get(Number(answer.row)) === mark ? Number(answer.row) : undefined;
    const row = at || byMark.get(String(mark)) || (answer.invoice_number && byNumber.get(answer.invoice_number));
    if (!row) return;
    const told = {
      status: answer.error || answer.invoice_status || answer.result,
      message: answer.last_message,
      why: answer.why_not,
      next: answer.next_send,
      invoice: answer.invoice_number,
    };
    Object.keys(told).forEach((name) => {
      sheet.getRange(row, columns[name]).setNumberFormat('@').setValue(tagihSafe_(told[name]));
    });
  });
}

/**
 * Where our own columns are; they are made at the right when they are missing.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {{status: number, message: number, why: number, next: number, invoice: number}}
 */
function tagihOwnColumns_(sheet) {
  const headings = sheet.getRange(1, 1, 1, sheet.getLastColumn()).getDisplayValues()[0].map((text) => text.trim());
  const found = {};
  Object.keys(TAGIH_COLUMNS).forEach((name) => {
    let at = headings.indexOf(TAGIH_COLUMNS[name]);
    if (at < 0) {
      at = headings.push(TAGIH_COLUMNS[name]) - 1;
      sheet.getRange(1, at + 1).setValue(TAGIH_COLUMNS[name]).setFontWeight('bold');
    }
    found[name] = at + 1;
  });
  return /** @type {any} */ (found);
}

/**
 * Text that the sheet will not take for a formula.
 * @param {any} value
 */
function tagihSafe_(value) {
  const text = value === null || value === undefined ? '' : String(value);
  return /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? "'" + text : text;
}
