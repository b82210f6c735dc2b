// A strict fake of the Apps Script services: what it does not know, it refuses. Real HTTP, in a child process.
//
// Reads a job as JSON from stdin, runs the calls, prints what became of sheet, triggers, properties and toasts.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const HERE = dirname(fileURLToPath(import.meta.url));
const job = JSON.parse(readFileSync(0, 'utf8'));
const seen = { toasts: [], requests: [], sleeps: [], asked: [], errors: [], answers: [] };
let skew = 0;
let isCell = false; // a formula runs: Google lets it use a few services, and those of the file's owner

const strict = (name, members) =>
  new Proxy(members, {
    get(target, key) {
      if (typeof key === 'symbol' || key in target) return target[key];
      throw new Error(`${name}.${key} is not a member that this fake knows`);
    },
  });

/** A service that formulas have no permission to use. */
const notInCells = (name, members) =>
  new Proxy(strict(name, members), {
    get(target, key) {
      if (isCell) throw new Error(`You do not have permission to call ${name}.${String(key)}`);
      return target[key];
    },
  });

// --- time -----------------------------------------------------------------------------------------------------
class FakeDate extends Date {
  constructor(...given) {
    if (given.length === 0) super(Date.now() + skew);
    else super(...given);
  }
  static now() {
    return Date.now() + skew;
  }
}
const dated = (cell) => (cell && typeof cell === 'object' && cell.date ? new FakeDate(`${cell.date}T00:00:00+07:00`) : cell);
const shown = (value) => {
  if (value instanceof Date) return value.toLocaleDateString('id-ID', { timeZone: 'Asia/Jakarta' });
  if (typeof value === 'number') return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  return value === true ? 'TRUE' : value === false ? 'FALSE' : String(value ?? '');
};

// --- spreadsheet ------------------------------------------------------------------------------------------------
const cells = job.sheet.map((row) => row.map(dated));
const tab = (name, id, cells) => {
  const at = (r, c) => (cells[r - 1] ?? [])[c - 1] ?? '';
  const put = (r, c, value) => {
    if (isCell) throw new Error('You do not have permission to call setValue');
    while (cells.length < r) cells.push([]);
    while (cells[r - 1].length < c) cells[r - 1].push('');
    if (typeof value === 'string' && value.startsWith('=')) seen.errors.push(`formula written: ${value}`);
    cells[r - 1][c - 1] = typeof value === 'string' && value.startsWith("'") ? value.slice(1) : value;
  };
  const lastRow = () => cells.reduce((last, row, r) => (row.some((cell) => cell !== '') ? r + 1 : last), 0);
  const lastColumn = () => Math.max(0, ...cells.map((row) => row.reduce((last, cell, c) => (cell !== '' ? c + 1 : last), 0)));
  const range = (r, c, rows = 1, columns = 1) => {
    if (![r, c, rows, columns].every((n) => Number.isInteger(n) && n > 0)) throw new Error(`bad range ${[r, c, rows, columns]}`);
    const block = (read) => Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => read(at(r + i, c + j))));
    const self = strict('Range', {
      getRow: () => r,
      getLastRow: () => r + rows - 1,
      getValues: () => block((value) => value),
      getDisplayValues: () => block(shown),
      setValue: (value) => (put(r, c, value), self),
      setNumberFormat: () => self,
      setFontWeight: () => self,
    });
    return self;
  };
  return strict('Sheet', {
    getName: () => name,
    getSheetId: () => id,
    getLastRow: lastRow,
    getLastColumn: lastColumn,
    getRange: range,
  });
};
const notes = (job.first_tab ?? []).map((row) => row.map(dated));
const sheet = tab('Penghuni', 417, cells);
const tabs = job.first_tab ? [tab('Catatan', 0, notes), sheet] : [sheet];
const active = () => (job.timed ? tabs[0] : sheet); // nobody looks at a timed run: it begins at the first tab
const book = strict('Spreadsheet', {
  getName: () => job.book ?? 'Kost Melati',
  getActiveSheet: active,
  getSheets: () => (job.is_tab_gone ? tabs.slice(0, -1) : tabs),
  getSpreadsheetTimeZone: () => 'Asia/Jakarta',
  getSpreadsheetLocale: () => job.book_locale ?? 'in_ID',
  toast: (text) => seen.toasts.push(text),
});
const menu = strict('Menu', { addItem: (title, name) => (seen.answers.push([title, name]), menu), addSeparator: () => menu, addToUi: () => undefined });
const ui = notInCells('Ui', {
  createMenu: () => menu,
  showSidebar: (page) => seen.answers.push(page.content),
  alert: (title, question) => (seen.asked.push(question), job.says_yes ? 'YES' : 'NO'),
  ButtonSet: strict('ButtonSet', { YES_NO: 'YES_NO' }),
  Button: strict('Button', { YES: 'YES', NO: 'NO' }),
});
const selected = (job.selected ?? [[2, 2]]).map(([first, last]) => sheet.getRange(first, 1, last - first + 1, 1));
const SpreadsheetApp = strict('SpreadsheetApp', {
  getActiveSpreadsheet: () => book,
  getActiveSheet: active,
  getActiveRange: () => selected.at(-1),
  getActiveRangeList: () => strict('RangeList', { getRanges: () => selected }),
  getUi: () => ui,
});

// --- everything else ----------------------------------------------------------------------------------------------
const LARGEST_PROPERTY = 9 * 1024;
const store = (kept) => {
  const write = (name, value) => {
    if (isCell) throw new Error('Formulas cannot set properties');
    if (String(value).length > LARGEST_PROPERTY) throw new Error('Argument too large: value');
    kept[name] = String(value);
  };
  return strict('Properties', {
    getProperty: (name) => kept[name] ?? null,
    getKeys: () => Object.keys(kept),
    setProperty: (name, value) => write(name, value),
    setProperties: (all) => Object.entries(all).forEach(([name, value]) => write(name, value)),
    deleteProperty: (name) => (delete kept[name], undefined),
  });
};
const properties = { user: job.user ?? {}, document: job.document ?? {}, script: {} };
const owner = job.owner ?? properties.user; // of the file: whoever types a formula, it gets these
const PropertiesService = strict('PropertiesService', {
  getUserProperties: () => store(isCell ? owner : properties.user),
  getDocumentProperties: () => store(properties.document),
});
const triggers = (job.triggers ?? []).map((handler) => ({ handler }));
const asTrigger = (kept) => strict('Trigger', { getHandlerFunction: () => kept.handler, kept });
const building = (handler) => {
  const self = strict('ClockTriggerBuilder', {
    timeBased: () => self,
    everyDays: () => self,
    atHour: (hour) => ((self.kept.hour = hour), self),
    after: (ms) => ((self.kept.after = ms), self),
    create: () => (triggers.push(self.kept), asTrigger(self.kept)),
    kept: { handler },
  });
  return self;
};
const ScriptApp = notInCells('ScriptApp', {
  getProjectTriggers: () => triggers.map(asTrigger),
  newTrigger: building,
  deleteTrigger: (trigger) => triggers.splice(triggers.indexOf(trigger.kept), 1),
});
let locked = Boolean(job.locked);
const lock = strict('Lock', { tryLock: () => (locked ? false : (locked = true)), releaseLock: () => ((locked = false), undefined) });
const LockService = strict('LockService', { getDocumentLock: () => lock });
const Session = notInCells('Session', { getActiveUserLocale: () => job.locale ?? 'in_ID' });
const cached = {};
const cache = strict('Cache', { get: (name) => cached[name] ?? null, put: (name, value) => ((cached[name] = value), undefined) });
const CacheService = strict('CacheService', { getUserCache: () => cache });
let made = 0;
const Utilities = strict('Utilities', {
  getUuid: () => `${job.uuid ?? 'me'}-${process.pid}-${(made += 1)}`,
  sleep: (ms) => (seen.sleeps.push(ms), (skew += ms), undefined),
  formatDate: (date, zone, pattern) => {
    if (pattern !== 'yyyy-MM-dd') throw new Error(`pattern ${pattern}`);
    return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(date);
  },
});
const HtmlService = notInCells('HtmlService', {
  createHtmlOutputFromFile: (name) => {
    const page = strict('HtmlOutput', { content: readFileSync(join(HERE, '..', `${name}.html`), 'utf8'), setTitle: () => page });
    return page;
  },
});
const KNOWN_OPTIONS = ['method', 'contentType', 'headers', 'payload', 'muteHttpExceptions', 'followRedirects'];
const planned = [...(job.answers ?? [])]; // answers that come before the real server's
const UrlFetchApp = strict('UrlFetchApp', {
  fetch: (url, options) => {
    const odd = Object.keys(options).filter((name) => !KNOWN_OPTIONS.includes(name));
    if (odd.length || options.muteHttpExceptions !== true) throw new Error(`options ${odd}`);
    seen.requests.push({ url, method: options.method ?? 'get', body: options.payload ? JSON.parse(options.payload) : null });
    skew += job.fetch_takes_ms ?? 0;
    const forced = planned.shift();
    if (forced?.fail) throw new Error('Address unavailable');
    let answer = forced ?? really(url, options);
    // As Google does it: a redirect is followed, with every header, unless the script says otherwise.
    for (let hop = 0; hop < 5 && options.followRedirects !== false && answer.status >= 300 && answer.status < 400; hop += 1) {
      const [, to] = Object.entries(answer.headers ?? {}).find(([name]) => name.toLowerCase() === 'location') ?? [];
      if (!to) break;
      answer = really(new URL(to, url).href, options);
    }
    if (job.while_waiting && seen.requests.length === 1) vm.runInContext(job.while_waiting, context);
    return strict('HTTPResponse', {
      getResponseCode: () => answer.status,
      getContentText: () => answer.text ?? '',
      getHeaders: () => answer.headers ?? {},
    });
  },
});
function really(url, options) {
  const script = `
    const { url, options } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
    const headers = { ...options.headers, ...(options.contentType ? { 'content-type': options.contentType } : {}) };
    fetch(url, { method: options.method ?? 'get', headers, body: options.payload, redirect: 'manual' })
      .then(async (a) => console.log(JSON.stringify({ status: a.status, headers: Object.fromEntries(a.headers), text: await a.text() })))
      .catch(() => process.exit(3));`;
  const done = spawnSync(process.execPath, ['-e', script], { input: JSON.stringify({ url, options }), encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error('Address unavailable');
  return JSON.parse(done.stdout);
}

// --- the script, as Apps Script loads it: all files in one global scope ---------------------------------------------
const context = vm.createContext({
  SpreadsheetApp, PropertiesService, ScriptApp, LockService, Session, CacheService, Utilities, HtmlService, UrlFetchApp,
  Date: FakeDate, cells, createHash,
});
const source = readdirSync(join(HERE, '..')).filter((name) => name.endsWith('.js')).sort();
vm.runInContext(source.map((name) => readFileSync(join(HERE, '..', name), 'utf8')).join('\n'), context);
vm.runInContext('globalThis.__call = (name, given) => globalThis[name](...given)', context);
for (const [name, ...given] of job.calls) {
  isCell = name === name.toUpperCase();
  try {
    seen.answers.push(context.__call(name, given));
  } catch (fault) {
    seen.errors.push(`${name}: ${fault.message}`);
  }
  isCell = false;
}
console.log(JSON.stringify({ ...seen, cells: cells.map((row) => row.map(shown)), notes: notes.map((row) => row.map(shown)), took_ms: skew, triggers, properties, locked }));
