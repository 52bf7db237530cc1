#pragma once

#include <cstdint>
#include <string>

#include "messages/v1/link.pb.h"
#include "runtime/cluster/credentials.hpp"
#include "runtime/expected.hpp"

/// The handshake: request, challenge, proof; then accepted or refused.
///
/// CAF shows no peer certificate and checks no host name, so both ends prove
/// their role and name by a signature over everything that makes this handshake
/// different from any other: both nonces, both incarnations, the session, what
/// the visitor says of itself, and which end signs. It does not keep a peer
/// that holds a valid certificate from relaying: that needs the TLS channel's
/// own keys, which CAF does not show.
namespace cohort::runtime::cluster {

/// Raised whenever an older peer would read a message wrongly.
inline constexpr uint32_t link_protocol = 1;
inline constexpr size_t nonce_bytes = 32;

/// What both ends have seen before they sign.
struct handshake {
  uint64_t session = 0;
  uint64_t head_incarnation = 0;
  uint64_t visitor_incarnation = 0;
  pb::JoinRequest request;
  std::string head_nonce;
};

/// The bytes that the head, or the visitor, signs.
[[nodiscard]] std::string words_to_sign(const handshake& seen, bool is_head);

/// Whether a head may answer this request at all. Errors: invalid_request, with
/// what the visitor's owner should do.
expected<void> check(const pb::JoinRequest& request,
                     const std::string& own_version);

/// Head: the answer to a request.
expected<pb::JoinChallenge> challenge(const handshake& seen,
                                      const credentials& own,
                                      const std::string& own_version);

/// Visitor: whether the challenge comes from a head, and the answer to it.
/// Errors: refused.
expected<pb::JoinProof> prove(const handshake& seen,
                              const pb::JoinChallenge& challenge,
                              const credentials& own);

/// Head: who the visitor is; its certificate must say what its request said.
/// Errors: refused (it is somebody else), invalid_message (the proof does not
/// hold now; a clock that is wrong is enough).
expected<peer_identity> identify(const handshake& seen,
                                 const pb::JoinProof& proof,
                                 const credentials& own);

} // namespace cohort::runtime::cluster
