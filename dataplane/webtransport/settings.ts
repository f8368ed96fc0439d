/**
 * SETTINGS (RFC 9114 section 7.2.4) and the drafts of WebTransport over HTTP/3, all their numbers in this one table. We send the
 * superset, so that clients of any of these drafts find what they look for.
 */
import { H3, Http3Error } from './http3-error.ts';
import { readVarint, writeVarint } from './varint.ts';

export const SETTING = {
  qpackMaxTableCapacity: 0x01,
  qpackBlockedStreams: 0x07,
  /** RFC 9220 */
  enableConnectProtocol: 0x08,
  /** RFC 9297 */
  h3Datagram: 0x33,
  webTransportDraft02: 0x2b603742,
  webTransportMaxSessionsDraft07: 0xc671706a,
  webTransportMaxSessionsDraft13: 0x14e9cd29,
  webTransportDraft15: 0x2c7cf000,
} as const;

/** Request header by which a client names draft 02, and ours that answers it. */
export const DRAFT02_RESPONSE_HEADER = ['sec-webtransport-http3-draft', 'draft02'] as const;
export const DRAFT02_REQUEST_HEADER = ['sec-webtransport-http3-draft02', '1'] as const;

const OURS: readonly (readonly [number, number])[] = [
  [SETTING.qpackMaxTableCapacity, 0],
  [SETTING.qpackBlockedStreams, 0],
  [SETTING.enableConnectProtocol, 1],
  [SETTING.h3Datagram, 1],
  [SETTING.webTransportDraft02, 1],
  [SETTING.webTransportMaxSessionsDraft07, 16],
  [SETTING.webTransportMaxSessionsDraft13, 16],
  [SETTING.webTransportDraft15, 1],
];

/** Of HTTP/2, whose return is an error (RFC 9114 section 7.2.4.1). */
const RESERVED = new Set([0x00, 0x02, 0x03, 0x04, 0x05]);
/** 0 or 1, and nothing else (RFC 9220 section 3, RFC 9297 section 2.1.1). */
const BOOLEAN = new Set<number>([
  SETTING.enableConnectProtocol,
  SETTING.h3Datagram,
  SETTING.webTransportDraft02,
]);

export function encodeSettings(): Uint8Array {
  return Uint8Array.from(OURS.flatMap(([id, value]) => [...writeVarint(id), ...writeVarint(value)]));
}

/** @throws Http3Error */
export function decodeSettings(payload: Uint8Array): ReadonlyMap<number, number> {
  const settings = new Map<number, number>();
  for (let at = 0; at < payload.length; ) {
    const id = readVarint(payload, at);
    const value = id && readVarint(payload, id.next);
    if (!id || !value) throw new Http3Error(H3.frameError, 'SETTINGS ends early');
    if (settings.has(id.value)) throw new Http3Error(H3.settingsError, 'a setting stands twice');
    if (RESERVED.has(id.value)) throw new Http3Error(H3.settingsError, 'a setting of HTTP/2');
    if (BOOLEAN.has(id.value) && value.value > 1) throw new Http3Error(H3.settingsError, 'neither 0 nor 1');
    settings.set(id.value, value.value);
    at = value.next;
  }
  return settings;
}

export function supportsWebTransport(settings: ReadonlyMap<number, number>): boolean {
  const drafts = [
    SETTING.webTransportDraft02,
    SETTING.webTransportMaxSessionsDraft07,
    SETTING.webTransportMaxSessionsDraft13,
    SETTING.webTransportDraft15,
  ];
  return drafts.some((id) => (settings.get(id) ?? 0) > 0);
}
