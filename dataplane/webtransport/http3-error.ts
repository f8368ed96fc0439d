/** HTTP/3 error codes (RFC 9114 section 8.1, RFC 9204 section 6, RFC 9297 section 5.2) that we close connections with. */
export const H3 = {
  datagramError: 0x33,
  noError: 0x100,
  generalProtocolError: 0x101,
  streamCreationError: 0x103,
  closedCriticalStream: 0x104,
  frameUnexpected: 0x105,
  frameError: 0x106,
  excessiveLoad: 0x107,
  idError: 0x108,
  settingsError: 0x109,
  missingSettings: 0x10a,
  requestRejected: 0x10b,
  messageError: 0x10e,
  qpackDecompressionFailed: 0x200,
  qpackEncoderStreamError: 0x201,
} as const;

/** The peer broke HTTP/3: the connection closes with `code`. */
export class Http3Error extends Error {
  override readonly name = 'Http3Error';
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
