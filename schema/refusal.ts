/**
 * Every reason the fabric says no, with one stable code each. A refusal is an expected answer: it is returned or sent to the other
 * side, where a broken peer is a `ProtocolViolation` and anything else is a bug.
 *
 * `status` is the HTTP status where the control API says it (RFC 9110); the same code crosses the wire in `refused` messages
 * and, as `flowCode`, in QUIC stream resets.
 */
import { z } from 'zod';

const REFUSALS = {
  bad_request: { status: 400, text: 'the request is not of the form this call takes' },
  unauthenticated: { status: 401, text: 'sign in first' },
  bad_credentials: { status: 401, text: 'the e-mail address, password or secret key is wrong' },
  token_invalid: { status: 401, text: 'the token is malformed or its signature does not verify' },
  token_expired: { status: 401, text: 'the token has expired: ask for a new one' },
  token_replayed: { status: 401, text: 'this token was used before' },
  token_wrong_cluster: { status: 403, text: 'the token belongs to another cluster' },
  token_wrong_node: { status: 403, text: 'the token does not name this node' },
  token_wrong_resource: { status: 403, text: 'the token is for another resource than this session' },
  token_wrong_org: { status: 403, text: 'the token is for another organization than this session' },
  proof_invalid: {
    status: 401,
    text: 'the client did not prove that it holds the key the token is bound to',
  },
  forbidden: { status: 403, text: 'you may not do this' },
  channel_not_allowed: { status: 403, text: 'the policy does not allow this channel' },
  not_found: { status: 404, text: 'there is no such thing, or it is not yours to see' },
  conflict: { status: 409, text: 'this is already so, or something newer has replaced it' },
  stale_generation: { status: 409, text: 'a newer owner exists' },
  too_large: { status: 413, text: 'the message is larger than this call takes' },
  rate_limited: { status: 429, text: 'too many attempts: wait and try again' },
  attachment_unknown: { status: 404, text: 'attach first: this attachment is not live here' },
  session_ended: { status: 410, text: 'the session has ended' },
  no_route: { status: 503, text: 'no path to the service node is known right now' },
  no_entry: { status: 503, text: 'no entry node is available' },
  no_service_node: { status: 503, text: 'no service node of this egress pool is available' },
  target_unreachable: { status: 502, text: 'the service node can not reach the target' },
  target_refused: { status: 502, text: 'the target refused the connection' },
  target_untrusted: { status: 502, text: "the target's host key is not the pinned one" },
  target_auth_failed: { status: 502, text: 'the target did not accept the stored credentials' },
  overloaded: { status: 503, text: 'at the limit right now: try again shortly' },
  unavailable: { status: 503, text: 'a part this call needs is not available right now' },
  protocol_violation: { status: 400, text: 'the other side broke the protocol' },
  internal: { status: 500, text: 'an error of ours: it was logged under the request id' },
  quota_exceeded: { status: 429, text: 'the organization has reached one of its limits' },
  too_many_streams: { status: 429, text: 'your organization has too many event streams open: close one' },
  address_not_allowed: {
    status: 400,
    text: 'this address may not be called: use https and a public address',
  },
  sso_refused: { status: 401, text: "the identity provider's answer was not accepted: start again" },
  sso_no_role: { status: 403, text: 'your provider gives you no role in this organization' },
  sso_no_account: { status: 403, text: 'you have no account here, and this provider may not make one' },
  sso_not_yours: {
    status: 403,
    text: 'an account with this e-mail address exists that this organization may not vouch for',
  },
  provider_unreachable: { status: 502, text: 'the identity provider was not reached' },
  provider_mismatch: { status: 502, text: 'the identity provider does not fit its settings' },
  not_on_this_runtime: { status: 501, text: 'this runtime can not do that: serve the control API from Node' },
  audit_broken: { status: 409, text: 'the audit trail does not verify' },
  backup_invalid: {
    status: 409,
    text: 'this is no backup, or it was changed, cut off, or made for another key',
  },
  step_up_required: {
    status: 401,
    text: 'prove once more who you are: this needs a proof of the last ten minutes',
  },
  second_factor_required: { status: 403, text: 'this needs a second factor: add one and sign in with it' },
  sign_in_method_not_allowed: { status: 403, text: 'the organization does not accept the way you signed in' },
  device_not_approved: {
    status: 403,
    text: 'an administrator of the organization must approve this device first',
  },
  sign_in_refused: {
    status: 403,
    text: 'this sign-in looks like somebody else: add a second factor from a known device',
  },
  seal_broken: {
    status: 400,
    text: 'what came was not sealed by the other end: something on the way changed it, or took its place',
  },
  secret_in_use: { status: 409, text: 'a resource uses this secret: give it another credential first' },
  secret_unusable: { status: 409, text: 'the secret has no value that may be used: put a new version' },
  enrolment_refused: { status: 403, text: 'nobody let this node in: ask for a new bootstrap token' },
  authority_not_proven: {
    status: 503,
    text: 'this control plane can not prove that it is the one authority: nothing that widens trust is done here',
  },
  authority_stale: { status: 409, text: 'this comes from an authority that a newer one has replaced' },
  snapshot_gap: { status: 409, text: 'the increment does not follow what is held: ask for the whole' },
  takeover_refused: { status: 403, text: 'whoever is in control of this session keeps it' },
  watching_refused: { status: 403, text: 'this session may not be watched or shared by you' },
  recording_unavailable: { status: 503, text: 'this session must be recorded, and that is not possible now' },
  organization_suspended: { status: 403, text: 'the platform has suspended this organization' },
} as const satisfies Record<string, { status: number; text: string }>;

export type RefusalCode = keyof typeof REFUSALS;
const CODES = Object.keys(REFUSALS) as RefusalCode[];
export const RefusalCode = z.enum(CODES);

/** An expected "no". `message` is safe to show to the one who asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message?: string, options?: ErrorOptions) {
    super(message ?? REFUSALS[code].text, options);
    this.code = code;
  }
  get status(): number {
    return REFUSALS[this.code].status;
  }
  /** The QUIC application error code that resets a flow for this reason: 0x40 plus the place in the list.
   * Below 256, because WebTransport implementations clamp larger ones. */
  get flowCode(): number {
    return FLOW_CODE_BASE + CODES.indexOf(this.code);
  }
}

const FLOW_CODE_BASE = 0x40;
/** A flow ended without complaint (its owner left). */
export const FLOW_CANCELLED = 0x01;

/** What a stream reset with `flowCode` means; unknown codes read as `unavailable`. */
export function refusalOfFlowCode(flowCode: number): Refusal {
  return new Refusal(CODES[flowCode - FLOW_CODE_BASE] ?? 'unavailable');
}

/** The other side broke the protocol: the connection or flow it came on is closed. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}
