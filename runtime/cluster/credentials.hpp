#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "messages/v1/link.pb.h"
#include "runtime/cluster/certificates.hpp"
#include "runtime/expected.hpp"

namespace cohort::runtime::cluster {

namespace pb = messages::v1;

/// Who a peer is, as its certificate says.
struct peer_identity {
  pb::PeerRole role = pb::PEER_ROLE_UNSPECIFIED;
  std::string name;
};

/// What a process proves itself with, and judges others by. Without TLS all of
/// it is empty: a peer is then believed.
struct credentials {
  std::string chain; // PEM.
  std::function<expected<std::string>(std::string_view message)> sign;
  /// The identity that the chain gives to whoever signed `message`.
  std::function<expected<peer_identity>(std::string_view chain,
                                        std::string_view message,
                                        std::string_view signature)>
    verify;

  [[nodiscard]] bool are_there() const {
    return sign && verify;
  }
};

/// Read anew for every handshake, so that certificates can be replaced while a
/// process runs.
using credential_source = std::function<expected<credentials>()>;

[[nodiscard]] credential_source credentials_from(tls_files files);
/// For --insecure.
[[nodiscard]] credential_source no_credentials();

} // namespace cohort::runtime::cluster
