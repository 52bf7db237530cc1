#include "runtime/cluster/session.hpp"

#include <utility>

namespace cohort::runtime::cluster {

namespace {

constexpr size_t beats_max = 1000;

uint64_t microseconds(time_point::duration span) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(span).count());
}

} // namespace

session::session(const cluster_settings& settings, uint64_t own_incarnation,
                 time_point now)
  : channel_{own_incarnation, settings.message_bytes_max},
    interval_{settings.heartbeat_interval},
    timeout_{settings.failure_timeout},
    heard_{now} {
  // nop
}

void session::set_pace(std::chrono::milliseconds interval,
                       std::chrono::milliseconds timeout) {
  interval_ = interval;
  timeout_ = timeout;
}

expected<std::vector<pb::Envelope>>
session::send(const pb::LinkMessage& message) {
  return channel_.wrap(message);
}

expected<std::optional<pb::LinkMessage>>
session::receive(const pb::Envelope& envelope, time_point now) {
  auto before = channel_.bytes_received();
  auto message = channel_.unwrap(envelope);
  if (!message)
    return message;
  if (channel_.bytes_received() != before)
    heard_ = now;
  if (*message && (*message)->has_heartbeat()) {
    hear((*message)->heartbeat(), now);
    return std::optional<pb::LinkMessage>{};
  }
  return message;
}

void session::hear(const pb::Heartbeat& beat, time_point now) {
  to_echo_us_ = beat.sent_us();
  to_echo_since_ = now;
  auto now_us = microseconds(now.time_since_epoch());
  if (beat.echo_us() == 0 || beat.echo_us() > now_us
      || beat.held_us() > now_us - beat.echo_us())
    return;
  while (!beats_.empty() && beats_.front().sent_us <= beat.echo_us()) {
    read_bytes_ = beats_.front().bytes;
    beats_.pop_front();
  }
  std::chrono::duration<double> sample
    = std::chrono::microseconds{now_us - beat.echo_us() - beat.held_us()};
  round_trip_ = round_trip_ ? *round_trip_ + (sample - *round_trip_) / 8
                            : sample;
}

std::vector<pb::Envelope> session::beat(time_point now) {
  if (beaten_ && now - *beaten_ < interval_)
    return {};
  beaten_ = now;
  pb::LinkMessage message;
  auto& beat = *message.mutable_heartbeat();
  beat.set_sent_us(microseconds(now.time_since_epoch()));
  if (to_echo_us_ != 0) {
    beat.set_echo_us(std::exchange(to_echo_us_, 0));
    beat.set_held_us(microseconds(now - to_echo_since_));
  }
  beats_.push_back({beat.sent_us(), channel_.bytes_sent()});
  if (beats_.size() > beats_max)
    beats_.pop_front();
  auto result = send(message);
  return result ? std::move(*result) : std::vector<pb::Envelope>{};
}

bool session::is_silent(time_point now) const {
  return now - heard_ > timeout_;
}

std::chrono::duration<double> session::silence(time_point now) const {
  return now - heard_;
}

} // namespace cohort::runtime::cluster
