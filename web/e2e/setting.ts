// Where the servers of the tests are; `tests/e2e/tests/main/console.rs` starts them.

export interface Server {
  url: string;
  key: string;
  ca: string;
}

interface Setting {
  chromium: string;
  /** Folder for what a run leaves, below `test-results`. */
  results: string;
  /** A server with the demo's data. */
  demo: Server;
  /** A server without anything. */
  empty: Server;
  /** A server with a large inventory. */
  large: Server;
  agent: { program: string; state: string };
  nginx: { name: string; target: Record<string, unknown> };
  /** Folder for pictures. */
  images: string;
  /** Address of a receiver of webhooks that refuses what it gets first. */
  hook: string;
}

const text = process.env["CERTCTL_CONSOLE_E2E"];
if (!text) throw new Error("run `cargo test -p certctl-e2e console`, which starts the servers for this");
const given = JSON.parse(text) as Partial<Setting>;

/** What was started for this project; a suite asks for nothing else. */
export const setting = new Proxy(given, {
  get(values, name: keyof Setting) {
    const value = values[name];
    if (value === undefined) throw new Error(`nothing was started that is called ${name}`);
    return value;
  },
}) as Setting;
