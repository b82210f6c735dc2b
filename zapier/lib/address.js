'use strict';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The address without a slash at its end; https, except on the very machine where this runs. */
function addressOf(z, bundle) {
  const given = String((bundle.authData || {}).base_url || '').trim();
  let url;
  try {
    url = new URL(given);
  } catch {
    throw refused(z, 'It begins with https:// and is the same as in your browser.');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) {
    throw refused(z, 'Only https is taken, because the key travels with every call.');
  }
  if (url.username || url.password || url.search || url.hash) {
    throw refused(z, 'It holds no name, password, question mark or #.');
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function refused(z, why) {
  return new z.errors.Error(`The address of your Tagih cannot be used. ${why}`, 'address_invalid', 400);
}

module.exports = { addressOf };
