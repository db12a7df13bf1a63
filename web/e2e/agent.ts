// The agent on the host of nginx: the real program.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { setting } from "./setting";

const env = () => ({
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  CERTCTL_SERVER_URL: setting.empty.url,
  CERTCTL_SERVER_CA_BUNDLE_PATH: setting.empty.ca,
  CERTCTL_STATE_DIR: setting.agent.state,
});

/** Trades a one-time token for a credential. */
export function enrolAgent(name: string, token: string): void {
  execFileSync(setting.agent.program, ["enroll", "--name", name, "--token", token], {
    env: env(),
    stdio: "pipe",
  });
}

/** Starts it; whoever does ends it. */
export function startAgent(): ChildProcess {
  return spawn(setting.agent.program, ["run", "--heartbeat-interval", "5s"], { env: env(), stdio: "ignore" });
}
