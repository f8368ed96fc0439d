// TLS 1.3 for QUIC: credentials made from PEM, sessions made from credentials. Nothing is verified here but possession of keys.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compat.h"

// A certificate chain and its key. Connections keep the one they began with, so that a reload disturbs none.
class Identity {
 public:
  // Each pair is a chain and its key as PEM; the first serves who names no server, the others whom their certificate names (RFC 6066
  // section 3). Null when GnuTLS does not take one.
  static std::shared_ptr<Identity> fromPem(const std::vector<std::pair<std::string, std::string>> &pairs);
  static std::shared_ptr<Identity> anonymous();
  ~Identity();
  gnutls_certificate_credentials_t credentials() const { return credentials_; }

 private:
  explicit Identity(gnutls_certificate_credentials_t credentials) : credentials_(credentials) {}
  gnutls_certificate_credentials_t credentials_;
};

using Alpn = std::vector<std::string>;

// Seals session tickets; one per endpoint, gone with it. GnuTLS derives the keys it uses from it, a new one every few hours.
class TicketKey {
 public:
  TicketKey() { gnutls_session_ticket_key_generate(&key_); }
  ~TicketKey() {
    gnutls_memset(key_.data, 0, key_.size);
    gnutls_free(key_.data);
  }
  TicketKey(const TicketKey &) = delete;
  const gnutls_datum_t *get() const { return &key_; }

 private:
  gnutls_datum_t key_{};
};

// Both return null on failure. `ref` must outlive the session. Without a key no tickets are given.
gnutls_session_t newServerSession(ngtcp2_crypto_conn_ref *ref, const Identity &identity, const Alpn &alpn, const TicketKey *tickets);
// `ticket` may be empty; one that is not usable is ignored.
gnutls_session_t newClientSession(ngtcp2_crypto_conn_ref *ref, const Identity &identity, const std::string &alpn,
                                  const std::string &serverName, const std::string &ticket);

std::string selectedAlpn(gnutls_session_t session);
std::string requestedServerName(gnutls_session_t session);
std::vector<std::string> peerCertificates(gnutls_session_t session);
bool exportKeyingMaterial(gnutls_session_t session, const std::string &label, const uint8_t *context, size_t contextLength,
                          uint8_t *out, size_t length);
