'use strict';

const { randomBytes } = require('node:crypto');

const LARGEST = 5 * 1024 * 1024; // what Tagih takes; Zapier's own limit is far above
const PATIENCE_MS = 20_000;

/**
 * Brings a document to Tagih, and answers its id there. What Zapier hands over is a link that lives for minutes
 * and may lead on to another place; the message that carries the document may leave days later.
 */
async function uploaded(z, content) {
  const boundary = `tagih-${randomBytes(16).toString('hex')}`;
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="document.pdf"\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  return (await z.request({ method: 'POST', url: '/v1/files', headers, body })).data.file_id;
}

async function fetched(z, url) {
  const how = { raw: true, skipThrowForStatus: true, size: LARGEST, timeout: PATIENCE_MS };
  try {
    if (!/^https?:\/\//.test(url)) throw new Error('it is not a link');
    const response = await z.request({ url, ...how }); // an absolute address: the key does not go there
    if (response.status !== 200) throw new Error(`the answer was ${response.status}`);
    return await response.buffer();
  } catch (error) {
    const why = error.type === 'max-size' ? 'it is larger than 5 MB' : error.message.split('\n')[0];
    throw new z.errors.Error(`The document could not be fetched: ${why}.`, 'document_not_fetched', 400);
  }
}

/** Whether it lies at Tagih already. */
const isKept = (given) => /^file_[A-Za-z0-9]+$/.test(given);

module.exports = { fetched, isKept, uploaded };
