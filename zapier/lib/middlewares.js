'use strict';

const { addressOf } = require('./address');
const { version } = require('../package.json');

const PATIENCE_S = 60; // when a busy server does not say how long
const BUSY = new Set([429, 502, 503, 504]);

/** Our own calls are written as paths. An absolute address is somebody else's, and never sees the key. */
const addAddressAndKey = (request, z, bundle) => {
  if (!request.url.startsWith('/')) return request;
  return {
    ...request,
    url: `${addressOf(z, bundle)}${request.url}`,
    isOurs: true,
    redirect: 'manual', // the key follows nobody to another address
    throwForThrottlingEarly: false, // else 429 ends before our own words and seconds are read
    headers: {
      ...request.headers,
      accept: 'application/json',
      'accept-language': 'en', // Zapier's editor is English; what customers read keeps its own language
      authorization: `Bearer ${bundle.authData.api_key}`,
      'user-agent': `tagih-zapier/${version}`, // core sets it in lower case; another spelling would lose
    },
  };
};

/** Turns a refusal into what Zapier understands, in the server's own words. */
const tellProblems = (response, z) => {
  if (!response.request.isOurs) return response;
  const { status } = response;
  const problem = response.data && typeof response.data === 'object' ? response.data : null;
  if (status < 300) {
    if (problem !== null || status === 204) return response;
    throw new z.errors.Error('This address answers, but it is not a Tagih.', 'not_tagih', status);
  }
  if (status === 404 && response.request.mayBeAbsent && absent(problem)) {
    response.skipThrowForStatus = true;
    return response;
  }
  const text = problem ? wordsOf(problem) : `Tagih could not answer (${status}).`;
  if (status === 401) throw new z.errors.ExpiredAuthError(text);
  if (BUSY.has(status) || (problem && problem.retryable && status < 500)) {
    throw new z.errors.ThrottledError(text, secondsOf(response.headers.get('retry-after')));
  }
  throw new z.errors.Error(text, (problem && problem.code) || 'unexpected', status);
};

/** What was asked for is not there: an answer to a search, not an error. An unknown action is one. */
const absent = (problem) => Boolean(problem && /^[a-z_]+_not_found$/.test(problem.code || ''));

/** Title and remedy; where several fields are wrong, a line for each of them. */
function wordsOf({ title, detail, errors }) {
  const fields = Array.isArray(errors) ? errors : [];
  const told = fields.length > 1 ? fields.map((one) => `${one.field}: ${one.detail}`) : [detail];
  return [title, ...told].filter(Boolean).join('\n');
}

/** Retry-After as seconds, also when a proxy in between writes a date. */
function secondsOf(header) {
  if (/^\d+$/.test(header || '')) return Number(header);
  const until = Date.parse(header || '');
  return Number.isNaN(until) ? PATIENCE_S : Math.max(1, Math.ceil((until - Date.now()) / 1000));
}

module.exports = { addAddressAndKey, secondsOf, tellProblems, wordsOf };
