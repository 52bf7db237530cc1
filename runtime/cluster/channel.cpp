#include "runtime/cluster/channel.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <zstd.h>

namespace cohort::runtime::cluster {

namespace {

constexpr size_t worth_compressing = 512;
constexpr int compression_level = 1; // Links are fast; processors are busy.

std::optional<std::string> compressed(const std::string& bytes) {
  if (bytes.size() < worth_compressing)
    return std::nullopt;
  std::string result(ZSTD_compressBound(bytes.size()), '\0');
  auto size = ZSTD_compress(result.data(), result.size(), bytes.data(),
                            bytes.size(), compression_level);
  if (ZSTD_isError(size) != 0 || size >= bytes.size())
    return std::nullopt;
  result.resize(size);
  return result;
}

error broken(std::string why) {
  return {errc::invalid_message, std::move(why)};
}

expected<std::string> decompressed(const std::string& bytes, uint64_t limit) {
  auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR)
    return broken("a message is not a zstd frame of known size");
  if (size > limit)
    return broken("a message claims " + std::to_string(size) + " bytes, "
                  + std::to_string(limit) + " are allowed");
  std::string result(size, '\0');
  auto got = ZSTD_decompress(result.data(), result.size(), bytes.data(),
                             bytes.size());
  if (ZSTD_isError(got) != 0 || got != size)
    return broken("a message is a damaged zstd frame");
  return result;
}

} // namespace

channel::channel(uint64_t own_incarnation, uint64_t message_bytes_max)
  : own_incarnation_{own_incarnation},
    message_bytes_max_{message_bytes_max},
    received_bytes_max_{message_bytes_max} {
  // nop
}

void channel::name_session(uint64_t session, uint64_t cluster_epoch) {
  session_ = session;
  cluster_epoch_ = cluster_epoch;
}

expected<std::vector<pb::Envelope>>
channel::wrap(const pb::LinkMessage& message) {
  auto size = message.ByteSizeLong();
  if (size > message_bytes_max_)
    return error{errc::invalid_request,
                 "a message of " + std::to_string(size)
                   + " bytes is more than cluster.max_message_mb allows"};
  auto bytes = message.SerializeAsString();
  auto packed = compressed(bytes);
  std::string_view rest = packed ? *packed : bytes;
  std::vector<pb::Envelope> result;
  do {
    auto part = rest.substr(0, envelope_bytes_max);
    rest.remove_prefix(part.size());
    auto& envelope = result.emplace_back();
    envelope.set_session(session_);
    envelope.set_cluster_epoch(cluster_epoch_);
    envelope.set_incarnation(own_incarnation_);
    envelope.set_sequence(++sent_);
    envelope.set_body(part.data(), part.size());
    envelope.set_compressed(packed.has_value());
    envelope.set_more(!rest.empty());
    bytes_sent_ += part.size();
  } while (!rest.empty());
  return result;
}

bool channel::is_of_session(const pb::Envelope& envelope) const {
  return envelope.session() == session_
         && envelope.cluster_epoch() == cluster_epoch_
         && (peer_incarnation_ == 0
             || envelope.incarnation() == peer_incarnation_);
}

expected<std::optional<pb::LinkMessage>>
channel::unwrap(const pb::Envelope& envelope) {
  std::optional<pb::LinkMessage> nothing;
  if (!is_of_session(envelope) || envelope.sequence() <= received_)
    return nothing;
  if (envelope.sequence() != received_ + 1)
    return broken("messages " + std::to_string(received_ + 1) + " to "
                  + std::to_string(envelope.sequence() - 1) + " are missing");
  if (envelope.incarnation() == 0)
    return broken("a message names no incarnation");
  if (envelope.body().size() > envelope_bytes_max
      || parts_.size() + envelope.body().size() > received_bytes_max_)
    return broken("a message is larger than "
                  + std::to_string(received_bytes_max_) + " bytes");
  peer_incarnation_ = envelope.incarnation();
  received_ = envelope.sequence();
  bytes_received_ += envelope.body().size();
  parts_ += envelope.body();
  if (envelope.more())
    return nothing;
  auto bytes = std::exchange(parts_, {});
  if (envelope.compressed()) {
    auto plain = decompressed(bytes, received_bytes_max_);
    if (!plain)
      return plain.error();
    bytes = std::move(*plain);
  }
  pb::LinkMessage message;
  if (!message.ParseFromString(bytes)
      || message.what_case() == pb::LinkMessage::WHAT_NOT_SET)
    return broken("a message cannot be read");
  return std::optional{std::move(message)};
}

} // namespace cohort::runtime::cluster
