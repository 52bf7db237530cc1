#include "runtime/cluster/join.hpp"

#include <algorithm>
#include <utility>

#include "runtime/cluster/certificates.hpp"

namespace cohort::runtime::cluster {

namespace {

constexpr size_t version_bytes_max = 64;

void add(std::string& to, uint64_t number) {
  for (auto shift = 0; shift < 64; shift += 8)
    to += static_cast<char>(number >> shift & 0xff);
}

void add(std::string& to, const std::string& text) {
  add(to, text.size());
  to += text;
}

std::string name_of(pb::PeerRole role) {
  switch (role) {
    case pb::PEER_ROLE_HEAD:
      return "head";
    case pb::PEER_ROLE_NODE:
      return "node";
    case pb::PEER_ROLE_CLIENT:
      return "client";
    default:
      return "nobody";
  }
}

error refuse(std::string why) {
  return {errc::refused, std::move(why)};
}

} // namespace

std::string words_to_sign(const handshake& seen, bool is_head) {
  std::string result = "cohort link ";
  result += is_head ? "head" : "visitor";
  add(result, seen.session);
  add(result, seen.head_incarnation);
  add(result, seen.visitor_incarnation);
  add(result, seen.request.protocol());
  add(result, static_cast<uint64_t>(seen.request.role()));
  add(result, seen.request.name());
  add(result, seen.request.nonce());
  add(result, seen.head_nonce);
  return result;
}

expected<void> check(const pb::JoinRequest& request,
                     const std::string& own_version) {
  if (request.protocol() != link_protocol)
    return error{errc::invalid_request,
                 "cohort " + request.version()
                   + " speaks another protocol than this head's cohort "
                   + own_version + "; install the same version on both"};
  if (request.role() != pb::PEER_ROLE_NODE
      && request.role() != pb::PEER_ROLE_CLIENT)
    return error{errc::invalid_request, "only nodes and clients join a head"};
  if (!is_valid_name(request.name()))
    return error{errc::invalid_request,
                 "a peer's name has 1 to 64 letters, digits, '.', '_' or '-'"};
  if (request.nonce().size() != nonce_bytes)
    return error{errc::invalid_request, "the request has no fresh nonce"};
  auto& version = request.version();
  if (version.size() > version_bytes_max
      || !std::all_of(version.begin(), version.end(),
                      [](char c) { return c > ' ' && c < '\x7f'; }))
    return error{errc::invalid_request, "the request's version is none"};
  return {};
}

expected<pb::JoinChallenge> challenge(const handshake& seen,
                                      const credentials& own,
                                      const std::string& own_version) {
  pb::JoinChallenge result;
  result.set_version(own_version);
  result.set_nonce(seen.head_nonce);
  result.set_answers(seen.request.nonce());
  if (!own.are_there())
    return result;
  auto signature = own.sign(words_to_sign(seen, true));
  if (!signature)
    return signature.error();
  result.set_chain(own.chain);
  result.set_signature(std::move(*signature));
  return result;
}

expected<pb::JoinProof> prove(const handshake& seen,
                              const pb::JoinChallenge& challenge,
                              const credentials& own) {
  if (challenge.nonce().size() != nonce_bytes)
    return refuse("the head's challenge has no fresh nonce");
  pb::JoinProof result;
  if (!own.are_there())
    return result;
  auto who = own.verify(challenge.chain(), words_to_sign(seen, true),
                        challenge.signature());
  if (!who)
    return refuse("the head cannot be trusted: " + who.error().message);
  if (who->role != pb::PEER_ROLE_HEAD)
    return refuse("the peer's certificate is a " + name_of(who->role)
                  + "'s, not a head's");
  auto signature = own.sign(words_to_sign(seen, false));
  if (!signature)
    return signature.error();
  result.set_chain(own.chain);
  result.set_signature(std::move(*signature));
  return result;
}

expected<peer_identity> identify(const handshake& seen,
                                 const pb::JoinProof& proof,
                                 const credentials& own) {
  peer_identity claimed{seen.request.role(), seen.request.name()};
  if (!own.are_there())
    return claimed;
  auto who = own.verify(proof.chain(), words_to_sign(seen, false),
                        proof.signature());
  if (!who)
    return error{errc::invalid_message,
                 "the certificate of " + claimed.name
                   + " is not accepted: " + who.error().message};
  if (who->role != claimed.role)
    return refuse("the certificate of " + who->name + " is a "
                  + name_of(who->role) + "'s; it cannot join as a "
                  + name_of(claimed.role));
  if (who->name != claimed.name)
    return refuse("the certificate is for " + who->name + ", not for "
                  + claimed.name);
  return claimed;
}

} // namespace cohort::runtime::cluster
