#include "runtime/cluster/credentials.hpp"

#include <utility>

namespace cohort::runtime::cluster {

namespace {

pb::PeerRole peer_role(role value) {
  switch (value) {
    case role::head:
      return pb::PEER_ROLE_HEAD;
    case role::node:
      return pb::PEER_ROLE_NODE;
    case role::client:
      return pb::PEER_ROLE_CLIENT;
  }
  return pb::PEER_ROLE_UNSPECIFIED;
}

expected<credentials> read(const tls_files& files) {
  auto own = signer::load(files);
  if (!own)
    return own.error();
  auto others = verifier::load(files.ca);
  if (!others)
    return others.error();
  credentials result;
  result.chain = own->chain_pem();
  result.sign = [own = std::move(*own)](std::string_view message) {
    return own.sign(message);
  };
  result.verify = [others = std::move(*others)](
                    std::string_view chain, std::string_view message,
                    std::string_view signature) -> expected<peer_identity> {
    auto who = others.verify(chain, message, signature);
    if (!who)
      return who.error();
    return peer_identity{peer_role(who->role), who->name};
  };
  return result;
}

} // namespace

credential_source credentials_from(tls_files files) {
  return [files = std::move(files)] { return read(files); };
}

credential_source no_credentials() {
  return [] { return expected<credentials>{credentials{}}; };
}

} // namespace cohort::runtime::cluster
