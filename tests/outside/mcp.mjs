// Speaks with `shippass mcp` as a coding assistant does: node mcp.mjs BINARY FOLDER CALLS
// CALLS is JSON: [{ tool, arguments, cancelAt }]; a call is cancelled when a line of its progress contains `cancelAt`.
// Prints as JSON what the server says of itself, its tools, and each answer with the progress before it. Answers are held
// against the schemas that the server told.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [binary, folder, calls] = process.argv.slice(2);
const transport = new StdioClientTransport({ command: binary, args: ["mcp"], cwd: folder, env: process.env });
const client = new Client({ name: "outside", version: "1.0.0" });
// A line on the protocol's output that is no message of it ends up here.
const strange = [];
client.onerror = (error) => strange.push(String(error));

async function call({ tool, arguments: given, cancelAt }) {
  const progress = [];
  const cancel = new AbortController();
  const onprogress = ({ progress: count, message }) => {
    progress.push({ count, message });
    if (cancelAt && message.includes(cancelAt)) cancel.abort("no longer wanted");
  };
  const options = { onprogress, signal: cancel.signal, timeout: 300_000 };
  try {
    const result = await client.callTool({ name: tool, arguments: given ?? {} }, options);
    return { result, progress };
  } catch (error) {
    return { error: String(error.message ?? error), progress };
  }
}

await client.connect(transport);
const { tools } = await client.listTools();
const answers = [];
for (const one of JSON.parse(calls)) answers.push(await call(one));
const said = { server: client.getServerVersion(), instructions: client.getInstructions(), tools, answers, strange };
await client.close();
process.stdout.write(JSON.stringify(said));
