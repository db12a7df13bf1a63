// Writes the types of the API from its description. What the compiler finds wrong with the generator's
// own output is nothing that anybody here could mend.
import { readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";

const target = new URL("../src/api/schema.ts", import.meta.url).pathname;
const source =
  process.env.CERTCTL_OPENAPI ?? new URL("../../docs/reference/openapi.json", import.meta.url).pathname;
const options = [
  "--root-types",
  "--root-types-no-schema-prefix",
  "--default-non-nullable",
  "false",
  "--enum-values",
];
execFileSync("npx", ["--no-install", "openapi-typescript", source, "--output", target, ...options], {
  stdio: ["ignore", "ignore", "inherit"],
});
// `Revocation.reason` and `RevocationReason` make the same list of values under the same name.
const named = new Set();
const lines = readFileSync(target, "utf8")
  .split("\n")
  .filter((line) => {
    const name = /^export const (\w+Values)\b/.exec(line)?.[1];
    if (name === undefined) return true;
    const first = !named.has(name);
    named.add(name);
    return first;
  });
writeFileSync(target, `// @ts-nocheck\n${lines.join("\n")}`);
