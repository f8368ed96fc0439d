// TLS 1.3 for QUIC: credentials made from PEM, sessions made from credentials. Nothing is verified here but possession of keys.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compat.h"

// A certificate chain and its key. Connections keep the one they began with, so that a reload disturbs none.
class Identity {
 public:
  // Null when GnuTLS does not take the PEM texts.
  static std::shared_ptr<Identity> fromPem(const std::string &certificate, const std::string &key);
  static std::shared_ptr<Identity> anonymous();
  ~Identity();
  gnutls_certificate_credentials_t credentials() const { return credentials_; }

 private:
  explicit Identity(gnutls_certificate_credentials_t credentials) : credentials_(credentials) {}
  gnutls_certificate_credentials_t credentials_;
};

using Alpn = std::vector<std::string>;

// Both return null on failure. `ref` must outlive the session.
gnutls_session_t newServerSession(ngtcp2_crypto_conn_ref *ref, const Identity &identity, const Alpn &alpn);
gnutls_session_t newClientSession(ngtcp2_crypto_conn_ref *ref, const Identity &identity, const std::string &alpn,
                                  const std::string &serverName);

std::string selectedAlpn(gnutls_session_t session);
std::string requestedServerName(gnutls_session_t session);
std::vector<std::string> peerCertificates(gnutls_session_t session);
bool exportKeyingMaterial(gnutls_session_t session, const std::string &label, const uint8_t *context, size_t contextLength,
                          uint8_t *out, size_t length);
