// What an OCSP responder says of one certificate (RFC 6960, 4.2.1). Loaded only where it is asked.
// The signature is not checked here: the answer comes from the server that this page comes from.

import { Constructed, fromBER, GeneralizedTime, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import type { BaseBlock } from "asn1js";

export interface OcspAnswer {
  status: "good" | "revoked" | "unknown";
  /** Of a revoked certificate. */
  revokedAt?: string;
  producedAt: string;
  thisUpdate: string;
  nextUpdate?: string;
}

const BASIC = "1.3.6.1.5.5.7.48.1.1";
const REFUSALS: Readonly<Record<number, string>> = {
  1: "It does not understand the question.",
  2: "It cannot sign at the moment.",
  3: "It is asked too often; try again later.",
  5: "It demands a signed question.",
  6: "It does not answer for this issuer.",
};

/** Reads an answer. Throws with what the responder says, or when it makes no sense. */
export function readOcsp(der: ArrayBuffer): OcspAnswer {
  const [status, bytes] = children(parse(der));
  const code = new Uint8Array(status?.valueBeforeDecodeView ?? []).at(-1) ?? -1;
  if (code !== 0) throw new Error(REFUSALS[code] ?? "The answer makes no sense.");
  const [type, response] = children(children(bytes)[0]);
  if (!(type instanceof ObjectIdentifier) || type.getValue() !== BASIC || !(response instanceof OctetString))
    throw new Error("The answer is of a kind that this page cannot read.");
  const data = children(children(parse(response.getValue()))[0]);
  // Version and responder come before, in either of their forms.
  const at = data.findIndex((one) => one instanceof GeneralizedTime);
  const single = children(children(data[at + 1])[0]);
  const [, state, thisUpdate, next] = single;
  return {
    status: stateOf(state),
    revokedAt: state instanceof Constructed ? time(children(state)[0]) : undefined,
    producedAt: required(time(data[at])),
    thisUpdate: required(time(thisUpdate)),
    nextUpdate: next?.idBlock.tagNumber === 0 ? time(children(next)[0]) : undefined,
  };
}

function stateOf(state: BaseBlock | undefined): OcspAnswer["status"] {
  const known = (["good", "revoked", "unknown"] as const)[state?.idBlock.tagNumber ?? -1];
  return required(known);
}

function parse(der: ArrayBuffer): BaseBlock {
  const { offset, result } = fromBER(der);
  if (offset === -1) throw new Error("The answer makes no sense.");
  return result;
}

function children(block: BaseBlock | undefined): BaseBlock[] {
  return block instanceof Sequence || block instanceof Constructed ? block.valueBlock.value : [];
}

function time(block: BaseBlock | undefined): string | undefined {
  return block instanceof GeneralizedTime ? block.toDate().toISOString() : undefined;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The answer makes no sense.");
  return value;
}
