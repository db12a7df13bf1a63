// @vitest-environment node
import { describe, expect, it } from "vitest";
import { differences } from "@/features/certificates/differences";
import { parseChain } from "@/lib/x509";

const PEM = `-----BEGIN CERTIFICATE-----
MIICTjCCAfOgAwIBAgIUNBoLfz76EIGwCUekg2b8U4Grtj8wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPd3d3LmV4YW1wbGUuY29tMCAXDTI2MTEyMTIyMDI1NFoYDzIx
MjYxMDI4MjIwMjU0WjAaMRgwFgYDVQQDDA93d3cuZXhhbXBsZS5jb20wWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQDP/0gqe+3KGznlgwKD4M41dtIuZjr5VjJ96/c
Lf5Xa6+DeDxr3uNwBFv/zUHAINH97d7AjKhm7ojNKgvhGkAFo4IBEzCCAQ8wHQYD
VR0OBBYEFIKJb3bMITqOmyqw2lfH+lWzpbbxMB8GA1UdIwQYMBaAFIKJb3bMITqO
myqw2lfH+lWzpbbxMA8GA1UdEwEB/wQFMAMBAf8wIAYDVR0RBBkwF4IPd3d3LmV4
YW1wbGUuY29thwTAAAIHMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEF
BQcDATAzBggrBgEFBQcBAQQnMCUwIwYIKwYBBQUHMAGGF2h0dHA6Ly9vY3NwLmV4
YW1wbGUuY29tMC0GA1UdHwQmMCQwIqAgoB6GHGh0dHA6Ly9jcmwuZXhhbXBsZS5j
b20vMS5jcmwwEQYIKwYBBQUHARgEBTADAgEFMAoGCCqGSM49BAMCA0kAMEYCIQC/
A0Zg087CGm34Redq0dm4Cg+hFr9pPYFl5YdyiLYSWQIhAM7frKeLQZ62JNjoyyJj
YEs8NyjDKPbVD1v35UMnGpC4
-----END CERTIFICATE-----`;

describe("a certificate", () => {
  it("is read field by field", async () => {
    const [one, ...others] = await parseChain(PEM);
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      subject: "CN=www.example.com",
      issuer: "CN=www.example.com",
      key: "ECDSA P-256",
      signature: "ECDSA with SHA-256",
      names: ["www.example.com", "192.0.2.7"],
      keyUsages: ["digitalSignature"],
      extendedKeyUsages: ["serverAuth"],
      ocsp: ["http://ocsp.example.com"],
      crl: ["http://crl.example.com/1.crl"],
      mustStaple: true,
    });
    expect(one?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is compared with another one, what differs first", async () => {
    const [one] = await parseChain(PEM);
    const other = { ...one!, serial: "00", names: ["api.example.com"] };
    const rows = differences(one!, other);
    expect(rows.slice(0, 2).map(([name]) => name)).toEqual(["Names", "Serial number"]);
    expect(rows.slice(2).every(([, before, after]) => before === after)).toBe(true);
  });
});
