// Protection of 1-RTT packets (RFC 9001 section 5) by the AES-GCM of the OpenSSL inside Node, which is two to three times as fast as GnuTLS's.
// GnuTLS does the handshake and agrees on the secrets; what is not AES-GCM, not 1-RTT or not QUIC v1 stays with it, and so does everything
// where Node does not export OpenSSL.
#pragma once

#include "compat.h"

// Whether this Node exports the OpenSSL we need.
bool openSslProtects();

// Puts our callbacks where they take over 1-RTT packets and pass everything else on.
void protectPackets(ngtcp2_callbacks &calls);

// After ngtcp2's own configuration of the session: 1-RTT keys are installed for our callbacks.
void protectPackets(gnutls_session_t session);
