// What JavaScript calls. Arguments are checked by ../native.ts; here a wrong one gives undefined, never a crash.
#include <arpa/inet.h>
#include <node_api.h>

#include <cstring>

#include "endpoint.h"
#include "random.h"

namespace {

// A handle that JavaScript holds. The endpoint behind it frees itself once closed; the holder then points nowhere.
struct Holder {
  Endpoint *endpoint;
};

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) { napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr); }
  Endpoint *endpoint() const {
    void *holder = nullptr;
    napi_get_value_external(env_, values_[0], &holder);
    return holder == nullptr ? nullptr : static_cast<Holder *>(holder)->endpoint;
  }
  Holder *holder() const {
    void *holder = nullptr;
    napi_get_value_external(env_, values_[0], &holder);
    return static_cast<Holder *>(holder);
  }
  Connection *connection() const {
    Endpoint *endpoint = this->endpoint();
    return endpoint == nullptr ? nullptr : endpoint->find(static_cast<uint32_t>(number(1)));
  }
  double number(size_t n) const {
    double value = 0;
    napi_get_value_double(env_, values_[n], &value);
    return value;
  }
  int64_t stream() const { return static_cast<int64_t>(number(2)); }
  bool boolean(size_t n) const {
    bool value = false;
    napi_get_value_bool(env_, values_[n], &value);
    return value;
  }
  std::string text(size_t n) const {
    size_t length = 0;
    if (napi_get_value_string_utf8(env_, values_[n], nullptr, 0, &length) != napi_ok) return "";
    std::string text(length, '\0');
    napi_get_value_string_utf8(env_, values_[n], &text[0], length + 1, &length);
    return text;
  }
  bool bytes(size_t n, const uint8_t **data, size_t *length) const {
    napi_typedarray_type type;
    void *start = nullptr;
    if (napi_get_typedarray_info(env_, values_[n], &type, length, &start, nullptr, nullptr) != napi_ok) return false;
    *data = static_cast<const uint8_t *>(start);
    return type == napi_uint8_array;
  }
  // Null when it is no Float64Array of that many at least.
  const double *numbers(size_t n, size_t least) const {
    napi_typedarray_type type;
    size_t length = 0;
    void *start = nullptr;
    if (napi_get_typedarray_info(env_, values_[n], &type, &length, &start, nullptr, nullptr) != napi_ok) return nullptr;
    return type == napi_float64_array && length >= least ? static_cast<const double *>(start) : nullptr;
  }
  template <typename T>
  T *external(size_t n) const {
    void *held = nullptr;
    return napi_get_value_external(env_, values_[n], &held) == napi_ok ? static_cast<T *>(held) : nullptr;
  }
  napi_value value(size_t n) const { return values_[n]; }

 private:
  napi_env env_;
  size_t count_ = 10;
  napi_value values_[10];
};

napi_value numberOf(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

napi_value textOf(napi_env env, const std::string &text) {
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

napi_value bytesOf(napi_env env, const void *data, size_t length) {
  napi_value result;
  void *copied = nullptr;
  napi_create_buffer_copy(env, length, data, &copied, &result);
  return result;
}

std::string textAt(napi_env env, napi_value list, uint32_t n) {
  napi_value item;
  size_t length = 0;
  if (napi_get_element(env, list, n, &item) != napi_ok) return "";
  if (napi_get_value_string_utf8(env, item, nullptr, 0, &length) != napi_ok) return "";
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, item, &text[0], length + 1, &length);
  return text;
}

// [address, port]
napi_value describeAddress(napi_env env, const Address &address) {
  char text[INET6_ADDRSTRLEN] = "";
  uint16_t port;
  if (address.storage.ss_family == AF_INET) {
    auto *v4 = reinterpret_cast<const sockaddr_in *>(&address.storage);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
    port = ntohs(v4->sin_port);
  } else {
    auto *v6 = reinterpret_cast<const sockaddr_in6 *>(&address.storage);
    // A mapped address is told as the IPv4 address that it is.
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, text, sizeof(text));
    } else {
      inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
    }
    port = ntohs(v6->sin6_port);
  }
  napi_value pair;
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, textOf(env, text));
  napi_set_element(env, pair, 1, numberOf(env, port));
  return pair;
}

ConnectionLimits limitsOf(const double *numbers) {
  ConnectionLimits limits;
  limits.idleTimeoutMs = static_cast<uint64_t>(numbers[0]);
  limits.handshakeTimeoutMs = static_cast<uint64_t>(numbers[1]);
  limits.congestion = numbers[2] == 1 ? kBbr : NGTCP2_CC_ALGO_CUBIC;
  return limits;
}

napi_value booleanOf(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}

using IdentityHandle = std::shared_ptr<Identity>;

// (host, port, mode, secret of 32 bytes or none, onEvents) -> handle, or the reason as text
napi_value bindSocket(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Address address;
  if (!Address::parse(args.text(0), static_cast<uint16_t>(args.number(1)), &address)) return textOf(env, "not an IP address");
  std::array<uint8_t, 32> secret;
  randomBytes(secret.data(), secret.size());
  const uint8_t *given = nullptr;
  size_t length = 0;
  if (args.bytes(3, &given, &length) && length == secret.size()) memcpy(secret.data(), given, length);
  std::string error;
  Endpoint *endpoint = Endpoint::bind(env, address, static_cast<SendMode>(args.number(2)), secret, args.value(4), &error);
  if (endpoint == nullptr) return textOf(env, error);
  napi_value result;
  napi_create_external(
      env, new Holder{endpoint},
      [](napi_env, void *holder, void *) { delete static_cast<Holder *>(holder); }, nullptr, &result);
  return result;
}

// (endpoint, host, port) -> undefined, or the reason as text
napi_value rebindSocket(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Endpoint *endpoint = args.endpoint();
  Address address;
  std::string error = "the endpoint is closed";
  if (!Address::parse(args.text(1), static_cast<uint16_t>(args.number(2)), &address)) return textOf(env, "not an IP address");
  return endpoint != nullptr && endpoint->rebind(address, &error) ? nullptr : textOf(env, error);
}

napi_value localAddress(napi_env env, napi_callback_info info) {
  Endpoint *endpoint = Arguments(env, info).endpoint();
  return endpoint == nullptr ? nullptr : describeAddress(env, endpoint->socket().local());
}

// ([certificate, key, certificate, key, ...] as PEM) -> handle, or undefined when they are not usable
napi_value makeIdentity(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value list;
  napi_get_cb_info(env, info, &count, &list, nullptr, nullptr);
  uint32_t length = 0;
  napi_get_array_length(env, list, &length);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (uint32_t n = 0; n + 1 < length; n += 2) pairs.emplace_back(textAt(env, list, n), textAt(env, list, n + 1));
  IdentityHandle identity = Identity::fromPem(pairs);
  if (identity == nullptr) return nullptr;
  napi_value result;
  napi_create_external(
      env, new IdentityHandle(identity),
      [](napi_env, void *handle, void *) { delete static_cast<IdentityHandle *>(handle); }, nullptr, &result);
  return result;
}

// (endpoint, identity, alpn, Float64Array: idle ms, handshake ms, congestion, half open, retry above, per prefix, tickets)
napi_value listenOn(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Endpoint *endpoint = args.endpoint();
  auto *identity = args.external<IdentityHandle>(1);
  const double *numbers = args.numbers(3, 7);
  if (endpoint == nullptr || identity == nullptr || numbers == nullptr) return nullptr;
  ListenSettings settings;
  settings.identity = *identity;
  uint32_t length = 0;
  napi_get_array_length(env, args.value(2), &length);
  for (uint32_t n = 0; n < length; n++) settings.alpn.push_back(textAt(env, args.value(2), n));
  settings.limits = limitsOf(numbers);
  settings.limits.tickets = numbers[6] != 0;
  settings.admission.halfOpen = static_cast<size_t>(numbers[3]);
  settings.admission.retryAbove = static_cast<size_t>(numbers[4]);
  settings.admission.perPrefix = static_cast<size_t>(numbers[5]);
  endpoint->listen(std::move(settings));
  return nullptr;
}

napi_value setIdentity(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  auto *identity = args.external<IdentityHandle>(1);
  if (identity != nullptr && args.endpoint() != nullptr) args.endpoint()->setIdentity(*identity);
  return nullptr;
}

// (endpoint, host, port, alpn, serverName, identity or undefined, ticket, Float64Array: idle ms, handshake ms, congestion)
// -> connection number; 0 refused
napi_value dialPeer(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Endpoint *endpoint = args.endpoint();
  Address peer;
  auto *identity = args.external<IdentityHandle>(5);
  const double *numbers = args.numbers(7, 3);
  if (endpoint == nullptr || numbers == nullptr || !Address::parse(args.text(1), static_cast<uint16_t>(args.number(2)), &peer)) {
    return numberOf(env, 0);
  }
  DialSettings settings;
  settings.identity = identity == nullptr ? Identity::anonymous() : *identity;
  settings.alpn = args.text(3);
  settings.serverName = args.text(4);
  const uint8_t *ticket = nullptr;
  size_t length = 0;
  if (args.bytes(6, &ticket, &length)) settings.ticket.assign(reinterpret_cast<const char *>(ticket), length);
  settings.limits = limitsOf(numbers);
  return numberOf(env, endpoint->dial(peer, settings));
}

// (endpoint, connection) -> what a later dial may begin with, or undefined
napi_value ticketOf(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  if (connection == nullptr || connection->ticket.empty()) return nullptr;
  return bytesOf(env, connection->ticket.data(), connection->ticket.size());
}

// (endpoint, connection) -> whether the handshake went by a ticket
napi_value isResumed(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  return booleanOf(env, connection != nullptr && gnutls_session_is_resumed(connection->session) != 0);
}

napi_value updateKeys(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  return booleanOf(env, connection != nullptr && connection->updateKeys());
}

// (endpoint, connection) -> [alpn, serverName, address, port, ...certificates]
napi_value peerInfo(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  if (connection == nullptr) return nullptr;
  napi_value list;
  napi_create_array(env, &list);
  uint32_t at = 0;
  napi_set_element(env, list, at++, textOf(env, selectedAlpn(connection->session)));
  napi_set_element(env, list, at++, textOf(env, connection->server ? requestedServerName(connection->session) : ""));
  napi_value address = describeAddress(env, connection->remote()), part;
  for (uint32_t n = 0; n < 2; n++) {
    napi_get_element(env, address, n, &part);
    napi_set_element(env, list, at++, part);
  }
  for (const auto &der : peerCertificates(connection->session)) {
    napi_set_element(env, list, at++, bytesOf(env, der.data(), der.size()));
  }
  return list;
}

// (endpoint, connection) -> [by, code, reason]
napi_value closeInfo(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  if (connection == nullptr) return nullptr;
  const CloseInfo &close = connection->closeInfo;
  napi_value list;
  napi_create_array_with_length(env, 3, &list);
  napi_set_element(env, list, 0, numberOf(env, static_cast<double>(close.by)));
  napi_set_element(env, list, 1, numberOf(env, static_cast<double>(close.code)));
  napi_set_element(env, list, 2, textOf(env, close.reason));
  return list;
}

napi_value openStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  int64_t id = connection == nullptr ? -2 : connection->openStream(args.boolean(2), static_cast<uint8_t>(args.number(3)));
  return numberOf(env, static_cast<double>(id));
}

napi_value writeStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  const uint8_t *data = nullptr;
  size_t length = 0;
  if (connection == nullptr || !args.bytes(3, &data, &length)) return numberOf(env, -1);
  return numberOf(env, connection->write(args.stream(), data, length, args.value(3)));
}

napi_value readStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  if (connection == nullptr) return nullptr;
  std::vector<uint8_t> bytes = connection->take(args.stream());
  return bytes.empty() ? nullptr : bytesOf(env, bytes.data(), bytes.size());
}

napi_value unsentOf(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  return numberOf(env, connection == nullptr ? 0 : connection->unsent(args.stream()));
}

napi_value finishStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->finish(args.stream());
  return nullptr;
}

napi_value resetStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->resetStream(args.stream(), static_cast<uint64_t>(args.number(3)));
  return nullptr;
}

napi_value stopStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->stopStream(args.stream(), static_cast<uint64_t>(args.number(3)));
  return nullptr;
}

napi_value setClass(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->setClass(args.stream(), static_cast<uint8_t>(args.number(3)));
  return nullptr;
}

// (endpoint, connection, bytes, class, key or -1) -> 0 queued, 1 dropped an older one, 2 too large, 3 closed
napi_value sendDatagram(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  const uint8_t *data = nullptr;
  size_t length = 0;
  if (connection == nullptr || !args.bytes(2, &data, &length)) return numberOf(env, 3);
  return numberOf(env, connection->sendDatagram(data, length, static_cast<uint8_t>(args.number(3)),
                                               static_cast<int64_t>(args.number(4))));
}

// (endpoint, connection) -> [bytes of all, Uint32Array of their lengths], oldest first; undefined when none waits
napi_value takeDatagrams(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  if (connection == nullptr) return nullptr;
  IncomingDatagrams &arrived = connection->incomingDatagrams();
  if (arrived.empty()) return nullptr;
  napi_value pair, buffer, lengths;
  void *memory = nullptr;
  napi_create_arraybuffer(env, arrived.count() * sizeof(uint32_t), &memory, &buffer);
  memcpy(memory, arrived.lengths(), arrived.count() * sizeof(uint32_t));
  napi_create_typedarray(env, napi_uint32_array, arrived.count(), buffer, 0, &lengths);
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, bytesOf(env, arrived.bytes(), arrived.size()));
  napi_set_element(env, pair, 1, lengths);
  arrived.clear();
  return pair;
}

napi_value maxDatagram(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  return numberOf(env, connection == nullptr ? 0 : static_cast<double>(connection->maxDatagram()));
}

// (endpoint, connection, Float64Array of 14): filled in the order that ../native.ts names
napi_value readStats(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  auto *out = const_cast<double *>(args.numbers(2, 14));
  if (connection != nullptr && out != nullptr) connection->stats(out);
  return nullptr;
}

// (endpoint, Float64Array of 7): filled in the order that ../native.ts names
napi_value readEndpointStats(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  auto *out = const_cast<double *>(args.numbers(1, 7));
  if (args.endpoint() != nullptr && out != nullptr) args.endpoint()->stats(out);
  return nullptr;
}

napi_value exportKey(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  const uint8_t *context = nullptr;
  size_t contextLength = 0;
  if (connection == nullptr || !args.bytes(3, &context, &contextLength)) return nullptr;
  std::vector<uint8_t> out(static_cast<size_t>(args.number(4)));
  bool ok = exportKeyingMaterial(connection->session, args.text(2), context, contextLength, out.data(), out.size());
  return ok ? bytesOf(env, out.data(), out.size()) : nullptr;
}

napi_value closeConnection(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->close(static_cast<uint64_t>(args.number(2)), args.text(3));
  return nullptr;
}

// (endpoint) -> a promise of the socket's being free again
napi_value closeSocket(napi_env env, napi_callback_info info) {
  Holder *holder = Arguments(env, info).holder();
  napi_deferred done;
  napi_value promise, nothing;
  napi_create_promise(env, &done, &promise);
  if (holder != nullptr && holder->endpoint != nullptr) {
    holder->endpoint->close(done);
    holder->endpoint = nullptr;
  } else {
    napi_get_undefined(env, &nothing);
    napi_resolve_deferred(env, done, nothing);
  }
  return promise;
}

napi_value ngtcp2Version(napi_env env, napi_callback_info) { return textOf(env, ngtcp2_version(0)->version_str); }

napi_value init(napi_env env, napi_value exports) {
  const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"bindSocket", bindSocket},
      {"rebindSocket", rebindSocket},
      {"localAddress", localAddress},
      {"makeIdentity", makeIdentity},
      {"listen", listenOn},
      {"setIdentity", setIdentity},
      {"dial", dialPeer},
      {"ticketOf", ticketOf},
      {"isResumed", isResumed},
      {"updateKeys", updateKeys},
      {"peerInfo", peerInfo},
      {"closeInfo", closeInfo},
      {"openStream", openStream},
      {"write", writeStream},
      {"read", readStream},
      {"unsent", unsentOf},
      {"finish", finishStream},
      {"reset", resetStream},
      {"stop", stopStream},
      {"setClass", setClass},
      {"sendDatagram", sendDatagram},
      {"takeDatagrams", takeDatagrams},
      {"maxDatagram", maxDatagram},
      {"stats", readStats},
      {"endpointStats", readEndpointStats},
      {"exportKey", exportKey},
      {"closeConnection", closeConnection},
      {"closeSocket", closeSocket},
      {"ngtcp2Version", ngtcp2Version},
  };
  for (const auto &entry : functions) {
    napi_value function;
    napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.call, nullptr, &function);
    napi_set_named_property(env, exports, entry.name, function);
  }
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
