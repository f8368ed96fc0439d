/** Headers of the console's own page: nothing from elsewhere runs in it; it may only talk to this API and, by WebTransport, to entry nodes. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; connect-src 'self' https: wss:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
} as const;
