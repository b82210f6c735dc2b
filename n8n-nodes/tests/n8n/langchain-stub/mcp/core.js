// n8n's start asks for this by name; it is used only in queue mode, which the tests do not have.
module.exports = { McpServer: { instance: () => ({}) } };
