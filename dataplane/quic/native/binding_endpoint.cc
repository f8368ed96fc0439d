// Endpoints as JavaScript has them: sockets, identities, who is listened to and dialed.
#include "arguments.h"
#include "binding.h"
#include "random.h"

namespace {

ConnectionLimits limitsOf(const double *numbers) {
  ConnectionLimits limits;
  limits.idleTimeoutMs = static_cast<uint64_t>(numbers[0]);
  limits.handshakeTimeoutMs = static_cast<uint64_t>(numbers[1]);
  limits.congestion = numbers[2] == 1 ? kBbr : NGTCP2_CC_ALGO_CUBIC;
  return limits;
}

using IdentityHandle = std::shared_ptr<Identity>;

}  // namespace

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

// (endpoint, Float64Array of 7): filled in the order that ../native.ts names
napi_value readEndpointStats(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  auto *out = const_cast<double *>(args.numbers(1, 7));
  if (args.endpoint() != nullptr && out != nullptr) args.endpoint()->stats(out);
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
