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
writeFileSync(target, `// @ts-nocheck\n${readFileSync(target, "utf8")}`);
