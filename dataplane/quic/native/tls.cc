#include "tls.h"

#include <gnutls/abstract.h>

#include "packet_protection.h"

namespace {

// AES-128 first: the hardware does it fastest, and QUIC's limits on records are kept by key updates.
constexpr const char *kPriority =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:"
    "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:%DISABLE_TLS13_COMPAT_MODE";

gnutls_datum_t datumOf(const std::string &text) {
  return {reinterpret_cast<unsigned char *>(const_cast<char *>(text.data())), static_cast<unsigned>(text.size())};
}

// Parsed once a process.
gnutls_priority_t priorities() {
  static gnutls_priority_t parsed = [] {
    gnutls_priority_t made = nullptr;
    gnutls_priority_init2(&made, kPriority, nullptr, 0);
    return made;
  }();
  return parsed;
}

gnutls_session_t newSession(unsigned flags, ngtcp2_crypto_conn_ref *ref, const Identity &identity, const Alpn &alpn) {
  gnutls_session_t session;
  if (gnutls_init(&session, flags) != 0) return nullptr;
  std::vector<gnutls_datum_t> protocols;
  for (const auto &name : alpn) protocols.push_back(datumOf(name));
  bool ok = priorities() != nullptr && gnutls_priority_set(session, priorities()) == 0 &&
            gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, identity.credentials()) == 0 &&
            gnutls_alpn_set_protocols(session, protocols.data(), static_cast<unsigned>(protocols.size()),
                                      GNUTLS_ALPN_MANDATORY | GNUTLS_ALPN_SERVER_PRECEDENCE) == 0;
  if (!ok) {
    gnutls_deinit(session);
    return nullptr;
  }
  gnutls_session_set_ptr(session, ref);
  return session;
}

// A ClientHello without QUIC's transport parameters ends the handshake (RFC 9001 section 8.2: missing_extension). GnuTLS does not insist on
// them, and ngtcp2 would go on to write packets with parameters it never got.
int requireTransportParameters(gnutls_session_t session, unsigned, unsigned, unsigned, const gnutls_datum_t *) {
  auto *ref = static_cast<ngtcp2_crypto_conn_ref *>(gnutls_session_get_ptr(session));
  return ngtcp2_conn_get_negotiated_version(ref->get_conn(ref)) == 0 ? GNUTLS_E_MISSING_EXTENSION : 0;
}

// A key that is named by a PKCS#11 URI in place of its PEM signs in its token.
bool setTokenKey(gnutls_certificate_credentials_t credentials, const std::string &certificate, const std::string &uri) {
  gnutls_privkey_t key;
  if (gnutls_privkey_init(&key) != 0) return false;
  gnutls_datum_t pem = datumOf(certificate);
  gnutls_pcert_st chain[8];
  unsigned count = 8;
  if (gnutls_privkey_import_url(key, uri.c_str(), 0) != 0 ||
      gnutls_pcert_list_import_x509_raw(chain, &count, &pem, GNUTLS_X509_FMT_PEM, 0) != 0) {
    gnutls_privkey_deinit(key);
    return false;
  }
  // The credentials own both when it went well.
  if (gnutls_certificate_set_key(credentials, nullptr, 0, chain, static_cast<int>(count), key) >= 0) return true;
  for (unsigned n = 0; n < count; n++) gnutls_pcert_deinit(&chain[n]);
  gnutls_privkey_deinit(key);
  return false;
}

}  // namespace

std::shared_ptr<Identity> Identity::fromPem(const std::vector<std::pair<std::string, std::string>> &pairs) {
  std::shared_ptr<Identity> identity = anonymous();
  for (const auto &pair : pairs) {
    if (identity == nullptr) return nullptr;
    if (pair.second.rfind("pkcs11:", 0) == 0) {
      if (!setTokenKey(identity->credentials_, pair.first, pair.second)) return nullptr;
      continue;
    }
    gnutls_datum_t certificate = datumOf(pair.first), key = datumOf(pair.second);
    if (gnutls_certificate_set_x509_key_mem(identity->credentials_, &certificate, &key, GNUTLS_X509_FMT_PEM) < 0) return nullptr;
  }
  return identity;
}

std::shared_ptr<Identity> Identity::anonymous() {
  gnutls_certificate_credentials_t credentials;
  if (gnutls_certificate_allocate_credentials(&credentials) != 0) return nullptr;
  return std::shared_ptr<Identity>(new Identity(credentials));
}

Identity::~Identity() { gnutls_certificate_free_credentials(credentials_); }

gnutls_session_t newServerSession(ngtcp2_crypto_conn_ref *ref, const Identity &identity, const Alpn &alpn, const TicketKey *tickets) {
  gnutls_session_t session = newSession(GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET, ref, identity, alpn);
  if (session == nullptr) return nullptr;
  if (ngtcp2_crypto_gnutls_configure_server_session(session) != 0) {
    gnutls_deinit(session);
    return nullptr;
  }
  protectPackets(session);
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ENCRYPTED_EXTENSIONS, GNUTLS_HOOK_PRE,
                                     requireTransportParameters);
  // Asked for and never demanded: browsers have none and share the port with nodes. No CA names are sent, so that a client
  // whose issuer we could not name still shows its certificate.
  gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
  gnutls_certificate_send_x509_rdn_sequence(session, 1);
  if (tickets != nullptr) gnutls_session_ticket_enable_server(session, tickets->get());
  return session;
}

gnutls_session_t newClientSession(ngtcp2_crypto_conn_ref *ref, const Identity &identity, const std::string &alpn,
                                  const std::string &serverName, const std::string &ticket) {
  gnutls_session_t session = newSession(GNUTLS_CLIENT | GNUTLS_KEY_SHARE_TOP, ref, identity, {alpn});
  if (session == nullptr) return nullptr;
  if (ngtcp2_crypto_gnutls_configure_client_session(session) != 0) {
    gnutls_deinit(session);
    return nullptr;
  }
  protectPackets(session);
  if (!ticket.empty()) gnutls_session_set_data(session, ticket.data(), ticket.size());
  if (!serverName.empty()) gnutls_server_name_set(session, GNUTLS_NAME_DNS, serverName.data(), serverName.size());
  return session;
}

std::string selectedAlpn(gnutls_session_t session) {
  gnutls_datum_t name;
  if (gnutls_alpn_get_selected_protocol(session, &name) != 0) return "";
  return std::string(reinterpret_cast<char *>(name.data), name.size);
}

std::string requestedServerName(gnutls_session_t session) {
  char name[256];
  size_t length = sizeof(name);
  unsigned type = 0;
  if (gnutls_server_name_get(session, name, &length, &type, 0) != 0 || type != GNUTLS_NAME_DNS) return "";
  return std::string(name);
}

std::vector<std::string> peerCertificates(gnutls_session_t session) {
  unsigned count = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
  std::vector<std::string> certificates;
  for (unsigned n = 0; chain != nullptr && n < count; n++) {
    certificates.emplace_back(reinterpret_cast<char *>(chain[n].data), chain[n].size);
  }
  return certificates;
}

bool exportKeyingMaterial(gnutls_session_t session, const std::string &label, const uint8_t *context, size_t contextLength,
                          uint8_t *out, size_t length) {
  return gnutls_prf_rfc5705(session, label.size(), label.data(), contextLength, reinterpret_cast<const char *>(context),
                            length, reinterpret_cast<char *>(out)) == 0;
}
