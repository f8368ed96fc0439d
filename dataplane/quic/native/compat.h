// All differences between the versions of ngtcp2 that this addon builds with: 0.12.1 (Debian 12) and 1.x.
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#if NGTCP2_VERSION_NUM < 0x010000

// 0.12.1 arms no timer for packets that hold only datagrams (ngtcp2 issue 697): when their acknowledgements are lost the
// connection stands still. A MAX_STREAMS frame in each such packet makes it one that is probed for.
#define FABRIC_DATAGRAM_WORKAROUND 1

// 0.12.1 paces the handshake by the assumed round trip, not the measured one: a client's last flight would wait for milliseconds.
constexpr bool kPaceHandshake = false;

using ngtcp2_ccerr = ngtcp2_connection_close_error;
using ngtcp2_conn_info = ngtcp2_conn_stat;
using ConnectionIdStatus = int;
#define ngtcp2_ccerr_default ngtcp2_connection_close_error_default
#define ngtcp2_ccerr_set_application_error ngtcp2_connection_close_error_set_application_error
#define NGTCP2_CCERR_TYPE_APPLICATION NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_APPLICATION
#define NGTCP2_CCERR_TYPE_IDLE_CLOSE NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_TRANSPORT_IDLE_CLOSE
#define ngtcp2_conn_get_conn_info ngtcp2_conn_get_conn_stat
#define ngtcp2_conn_in_closing_period ngtcp2_conn_is_in_closing_period
#define ngtcp2_conn_in_draining_period ngtcp2_conn_is_in_draining_period
inline void ccerr_set_liberr(ngtcp2_ccerr *error, int code) {
  ngtcp2_connection_close_error_set_transport_error_liberr(error, code, nullptr, 0);
}
inline void ccerr_set_alert(ngtcp2_ccerr *error, uint8_t alert) {
  ngtcp2_connection_close_error_set_transport_error_tls_alert(error, alert, nullptr, 0);
}
inline ngtcp2_ccerr received_ccerr(ngtcp2_conn *conn) {
  ngtcp2_ccerr error;
  ngtcp2_conn_get_connection_close_error(conn, &error);
  return error;
}
inline int stream_shutdown_write(ngtcp2_conn *conn, int64_t id, uint64_t code) {
  return ngtcp2_conn_shutdown_stream_write(conn, id, code);
}
inline int stream_shutdown_read(ngtcp2_conn *conn, int64_t id, uint64_t code) {
  return ngtcp2_conn_shutdown_stream_read(conn, id, code);
}
inline void params_set_original_dcid(ngtcp2_transport_params &params, const ngtcp2_cid &dcid) { params.original_dcid = dcid; }
struct InitialToken {
  const uint8_t *data;
  size_t length;
};
inline InitialToken initial_token(const ngtcp2_pkt_hd &initial) { return {initial.token.base, initial.token.len}; }
inline void settings_set_token(ngtcp2_settings &settings, const ngtcp2_pkt_hd &initial) { settings.token = initial.token; }
constexpr ngtcp2_cc_algo kBbr = NGTCP2_CC_ALGO_BBR2;

#else

#define FABRIC_DATAGRAM_WORKAROUND 0
constexpr bool kPaceHandshake = true;

using ConnectionIdStatus = ngtcp2_connection_id_status_type;
inline void ccerr_set_liberr(ngtcp2_ccerr *error, int code) { ngtcp2_ccerr_set_liberr(error, code, nullptr, 0); }
inline void ccerr_set_alert(ngtcp2_ccerr *error, uint8_t alert) { ngtcp2_ccerr_set_tls_alert(error, alert, nullptr, 0); }
inline ngtcp2_ccerr received_ccerr(ngtcp2_conn *conn) { return *ngtcp2_conn_get_ccerr(conn); }
inline int stream_shutdown_write(ngtcp2_conn *conn, int64_t id, uint64_t code) {
  return ngtcp2_conn_shutdown_stream_write(conn, 0, id, code);
}
inline int stream_shutdown_read(ngtcp2_conn *conn, int64_t id, uint64_t code) {
  return ngtcp2_conn_shutdown_stream_read(conn, 0, id, code);
}
inline void params_set_original_dcid(ngtcp2_transport_params &params, const ngtcp2_cid &dcid) {
  params.original_dcid = dcid;
  params.original_dcid_present = 1;
}
struct InitialToken {
  const uint8_t *data;
  size_t length;
};
inline InitialToken initial_token(const ngtcp2_pkt_hd &initial) { return {initial.token, initial.tokenlen}; }
inline void settings_set_token(ngtcp2_settings &settings, const ngtcp2_pkt_hd &initial) {
  settings.token = initial.token;
  settings.tokenlen = initial.tokenlen;
  settings.token_type = NGTCP2_TOKEN_TYPE_RETRY;
}
constexpr ngtcp2_cc_algo kBbr = NGTCP2_CC_ALGO_BBR;

#endif

// From 1.24 on a STOP_SENDING is told when it comes, with its code. Before, it shows in the next write, and without.
#if NGTCP2_VERSION_NUM >= 0x011800
inline void tell_stop_sending(ngtcp2_callbacks &calls, ngtcp2_recv_stop_sending callback) { calls.recv_stop_sending = callback; }
#else
template <typename Callback>
void tell_stop_sending(ngtcp2_callbacks &, Callback) {}
#endif
