'use strict';

const HELP = 'https://github.com/tagih/tagih/blob/main/docs/zapier.md';

const test = async (z) => (await z.request({ url: '/v1/me' })).data;

// "Kost Melati", and "Kost Melati (sandbox)" while nothing really leaves.
const connectionLabel = (z, bundle) => {
  const { business_name: name, mode } = bundle.inputData;
  return mode === 'live' ? name : `${name} (${mode})`;
};

const authentication = {
  type: 'custom',
  fields: [
    {
      key: 'base_url',
      label: 'Address',
      type: 'string',
      required: true,
      isNoSecret: true,
      placeholder: 'https://tagih.example.com',
      helpText: `Where your Tagih answers from the internet: the value of \`TAGIH_PUBLIC_URL\`. [How to set it up](${HELP}).`,
    },
    {
      key: 'api_key',
      label: 'API Key',
      type: 'password',
      required: true,
      helpText: `Made on your server with \`tagih keys create zapier --preset zapier --hook-host hooks.zapier.com\`. [More about keys](${HELP}#2-make-a-key).`,
    },
  ],
  test,
  connectionLabel,
};

module.exports = { authentication };
