// @ts-check
/* The way to the server: tries again what may be tried again, and says a refusal in the server's own words. */

const TAGIH_TRIES = 4;
// A whole address, from its first letter to its last: https anywhere, http on this machine alone; no name or
// password before the host, no question mark, no #. The key goes there and nowhere else.
const TAGIH_ADDRESS = /^(https:\/\/[^\s\/?#@\\:]+|http:\/\/(127\.0\.0\.1|localhost))(:\d{1,5})?(\/[^\s?#@\\]*)?$/i;
const TAGIH_LONGEST_WAIT_S = 60;

/** @returns {{url: string, key: string}} */
function tagihConnection_() {
  const properties = PropertiesService.getUserProperties();
  return { url: properties.getProperty('TAGIH_URL') || '', key: properties.getProperty('TAGIH_KEY') || '' };
}

/**
 * The server of an address, without the path in front of it.
 * @param {string} url
 */
function tagihOrigin_(url) {
  return url.split('/').slice(0, 3).join('/').toLowerCase();
}

/**
 * @param {string} url
 * @param {string} key
 * @param {string} path
 */
function tagihGet_(url, key, path) {
  return tagihFetch_(url + path, { headers: tagihHeaders_(key) });
}

/**
 * Runs one action. Every action that this sheet calls may be called again: rows have their own identity.
 * @param {string} name
 * @param {Object} body
 * @param {number} [deadline] no attempt begins after it, in ms of the epoch
 * @returns {{ok: boolean, body: any, text: string, hasNoTime?: boolean}}
 */
function tagihAct_(name, body, deadline) {
  const known = tagihConnection_();
  if (!known.url || !known.key) return { ok: false, body: null, text: tagihWord_('key_missing') };
  const options = {
    method: /** @type {GoogleAppsScript.URL_Fetch.HttpMethod} */ ('post'),
    contentType: 'application/json',
    headers: tagihHeaders_(known.key),
    payload: JSON.stringify(body),
  };
  return tagihFetch_(known.url + '/v1/actions/' + name, options, deadline);
}

/** @param {string} key */
function tagihHeaders_(key) {
  return { Authorization: 'Bearer ' + key, 'Accept-Language': tagihLanguage_() };
}

/**
 * @param {string} address
 * @param {GoogleAppsScript.URL_Fetch.URLFetchRequestOptions} options
 * @param {number} [deadline]
 * @returns {{ok: boolean, body: any, text: string, hasNoTime?: boolean}}
 */
function tagihFetch_(address, options, deadline) {
  let text = '';
  for (let attempt = 1; attempt <= TAGIH_TRIES; attempt += 1) {
    let wait = Math.pow(2, attempt);
    try {
      // Google follows a redirect by itself, with every header: the key would go to whoever is named there (T-22).
      const answer = UrlFetchApp.fetch(address, { ...options, muteHttpExceptions: true, followRedirects: false });
      const code = answer.getResponseCode();
      const body = tagihParsed_(answer.getContentText());
      if (code >= 200 && code < 300) return { ok: true, body: body, text: '' };
      text = (body && (body.detail || body.title)) || tagihWord_('answer_odd', { code: code });
      if (code !== 429 && code < 500) return { ok: false, body: body, text: text };
      wait = tagihRetryAfter_(answer.getHeaders()) || wait;
    } catch (fault) {
      text = tagihWord_('unreachable');
    }
    wait = Math.min(wait, TAGIH_LONGEST_WAIT_S) * 1000;
    if (deadline && Date.now() + wait > deadline) return { ok: false, body: null, text: text, hasNoTime: true };
    if (attempt < TAGIH_TRIES) Utilities.sleep(wait);
  }
  return { ok: false, body: null, text: text };
}

/** @param {string} text */
function tagihParsed_(text) {
  try {
    return JSON.parse(text);
  } catch (fault) {
    return null;
  }
}

/** @param {Object} headers */
function tagihRetryAfter_(headers) {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'retry-after');
  const seconds = name ? Number(headers[name]) : 0;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}
