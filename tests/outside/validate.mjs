// Holds a file against the validator of those who read its format: node validate.mjs junit|sarif|ctrf|har FILE
// Says what is wrong and ends with 1; says nothing and ends with 0.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { validate as validateCtrf } from "ctrf";
import { validateHar } from "har-validator-compiled";
import { validateXML } from "xmllint-wasm";

const here = fileURLToPath(new URL(".", import.meta.url));

const validators = {
  // The schema that Jenkins holds it against.
  async junit(file) {
    const schema = readFileSync(join(here, "../fixtures/formats/junit-10.xsd"), "utf8");
    const xml = { fileName: "junit.xml", contents: readFileSync(file, "utf8") };
    const { errors } = await validateXML({ xml: [xml], schema: [schema] });
    return errors.map((error) => error.message);
  },
  // The rules of the format, and those of GitHub's code scanning.
  async sarif(file) {
    const folder = mkdtempSync(join(tmpdir(), "sarif-"));
    const out = join(folder, "out.sarif");
    try {
      // Its own wrapper hands everything to a shell.
      const tool = join(here, `node_modules/@microsoft/sarif-multitool-${process.platform}/Sarif.Multitool`);
      spawnSync(tool, ["validate", file, "--rule-kind", "Sarif;Gh", "--output", out], { stdio: "ignore" });
      const { results, invocations } = JSON.parse(readFileSync(out, "utf8")).runs[0];
      const notes = invocations.flatMap((it) => it.toolExecutionNotifications ?? []);
      const heavy = [...(results ?? []), ...notes].filter((it) => it.level === "error");
      return heavy.map((it) => `${it.ruleId ?? ""} ${JSON.stringify(it.message)}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  async ctrf(file) {
    const { errors } = validateCtrf(JSON.parse(readFileSync(file, "utf8")));
    return errors.map((error) => `${error.path}: ${error.message}`);
  },
  async har(file) {
    try {
      validateHar(JSON.parse(readFileSync(file, "utf8")));
      return [];
    } catch (error) {
      return [JSON.stringify(error.errors ?? error.message)];
    }
  },
};

const [format, file] = process.argv.slice(2);
const wrong = await validators[format](file);
for (const line of wrong.slice(0, 20)) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
