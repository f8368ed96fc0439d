// The addon's table of functions.
#include "binding.h"

#include "arguments.h"
#include "packet_protection.h"

namespace {

napi_value packetProtection(napi_env env, napi_callback_info) { return textOf(env, openSslProtects() ? "openssl" : "gnutls"); }

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
      {"packetProtection", packetProtection},
      {"tokenPublicKey", tokenPublicKey},
      {"tokenSign", tokenSign},
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
