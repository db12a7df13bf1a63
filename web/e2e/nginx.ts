// The nginx that the tests deploy to.

import { connect } from "node:tls";
import { setting } from "./setting";

/** Serial number of what nginx shows now. */
export function served(): Promise<string> {
  const { name, target } = setting.nginx;
  const [host, port] = (target["verify"] as { endpoint: string }).endpoint.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), servername: name, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.on("error", reject);
  });
}
