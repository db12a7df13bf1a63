// Where the servers of the tests are; `tests/e2e/tests/main/console.rs` starts them.

export interface Setting {
  chromium: string;
  demo: { url: string; key: string };
  empty: { url: string; key: string; ca: string };
  agent: { program: string; state: string };
  nginx: { name: string; target: Record<string, unknown> };
}

const text = process.env["CERTCTL_CONSOLE_E2E"];
if (!text) throw new Error("run `cargo test -p certctl-e2e console`, which starts the servers for this");
export const setting = JSON.parse(text) as Setting;
