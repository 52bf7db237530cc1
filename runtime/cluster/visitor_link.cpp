#include "runtime/cluster/visitor_link.hpp"

#include <utility>

#include "runtime/resilience/backoff.hpp"

namespace cohort::runtime::cluster {

namespace {

using namespace std::chrono_literals;

constexpr auto first_wait = 200ms;
constexpr auto longest_wait = 5000ms;
constexpr auto farewell = 2000ms; // A head that has not answered by then.

} // namespace

visitor_link::visitor_link(visitor_identity own, cluster_settings settings,
                           credential_source credentials, random_source random)
  : own_{std::move(own)},
    settings_{std::move(settings)},
    credentials_{std::move(credentials)},
    random_{std::move(random)} {
  // nop
}

void visitor_link::emit(visitor_effect::kind what, std::string why) {
  auto& effect = effects_.emplace_back();
  effect.what = what;
  effect.why = std::move(why);
}

void visitor_link::transmit(const pb::LinkMessage& message) {
  auto envelopes = line_->send(message);
  if (!envelopes)
    return;
  for (auto& envelope : *envelopes) {
    emit(visitor_effect::kind::send);
    effects_.back().envelope = std::move(envelope);
  }
}

void visitor_link::start(time_point now) {
  state_ = state::connecting;
  next_ = now + settings_.join_timeout;
  line_.reset();
  emit(visitor_effect::kind::connect);
}

void visitor_link::connected(time_point now) {
  if (state_ != state::connecting)
    return;
  state_ = state::joining;
  next_ = now + settings_.join_timeout;
  line_.emplace(settings_, own_.incarnation, now);
  seen_ = {};
  seen_.visitor_incarnation = own_.incarnation;
  auto& request = seen_.request;
  request.set_protocol(link_protocol);
  request.set_version(own_.version);
  request.set_role(own_.role);
  request.set_name(own_.name);
  for (size_t i = 0; i < nonce_bytes / sizeof(uint64_t); ++i) {
    auto bits = random_();
    request.mutable_nonce()->append(reinterpret_cast<const char*>(&bits),
                                    sizeof bits);
  }
  pb::LinkMessage message;
  *message.mutable_join_request() = request;
  transmit(message);
}

void visitor_link::fall_back(const std::string& why, time_point now) {
  auto was_joined = state_ == state::joined;
  failures_ = was_joined ? 1 : failures_ + 1;
  state_ = state::idle;
  next_ = now
          + resilience::backoff(failures_, first_wait, longest_wait, random_());
  line_.reset();
  emit(visitor_effect::kind::lost, why);
}

void visitor_link::give_up(const std::string& why) {
  state_ = state::over;
  line_.reset();
  emit(visitor_effect::kind::refused, why);
}

void visitor_link::connect_failed(const std::string& why, time_point now) {
  if (state_ == state::connecting)
    fall_back(why, now);
}

void visitor_link::connection_lost(time_point now) {
  if (state_ == state::leaving)
    state_ = state::over;
  if (state_ == state::joining || state_ == state::joined)
    fall_back("the connection to the head closed", now);
}

void visitor_link::receive(const pb::Envelope& envelope, time_point now) {
  if (state_ == state::joining)
    return on_joining(envelope, now);
  if (state_ != state::joined && state_ != state::leaving)
    return;
  auto message = line_->receive(envelope, now);
  if (state_ == state::leaving) {
    if (!message || (*message && (*message)->has_leave()))
      state_ = state::over;
    return;
  }
  if (!message)
    return fall_back(message.error().message, now);
  if (!*message)
    return;
  if ((*message)->has_leave())
    return fall_back((*message)->leave().why(), now);
  if ((*message)->has_join_refused())
    return on_refused((*message)->join_refused(), now);
  emit(visitor_effect::kind::received);
  effects_.back().message = std::move(**message);
}

void visitor_link::on_refused(const pb::JoinRefused& refused, time_point now) {
  if (refused.is_final())
    give_up(refused.why());
  else
    fall_back(refused.why(), now);
}

/// After a cut, answers to older requests, and what is left of an older
/// session, may come first: all that does not answer this request is dropped.
void visitor_link::on_first_answer(const pb::Envelope& envelope,
                                   time_point now) {
  auto line = *line_;
  line.link().name_session(envelope.session(), envelope.cluster_epoch());
  auto message = line.receive(envelope, now);
  if (!message || !*message)
    return;
  auto& nonce = seen_.request.nonce();
  auto& answer = **message;
  if (answer.has_join_challenge()
      && answer.join_challenge().answers() == nonce) {
    line_ = std::move(line);
    on_challenge(envelope, answer.join_challenge(), now);
  } else if (answer.has_join_refused()
             && answer.join_refused().answers() == nonce) {
    on_refused(answer.join_refused(), now);
  }
}

void visitor_link::on_joining(const pb::Envelope& envelope, time_point now) {
  if (line_->link().session() == 0)
    return on_first_answer(envelope, now);
  auto message = line_->receive(envelope, now);
  if (!message)
    return fall_back(message.error().message, now);
  if (!*message)
    return;
  if ((*message)->has_join_refused())
    return on_refused((*message)->join_refused(), now);
  if ((*message)->has_leave())
    return fall_back((*message)->leave().why(), now);
  if ((*message)->has_join_accepted())
    on_accepted((*message)->join_accepted());
}

void visitor_link::on_challenge(const pb::Envelope& envelope,
                                const pb::JoinChallenge& challenge,
                                time_point now) {
  seen_.session = envelope.session();
  seen_.head_incarnation = envelope.incarnation();
  seen_.head_nonce = challenge.nonce();
  auto own = credentials_();
  if (!own)
    return fall_back(own.error().message, now);
  auto proof = prove(seen_, challenge, *own);
  if (!proof && !was_accepted_)
    return give_up(proof.error().message); // It is no head of ours.
  if (!proof)
    return fall_back(proof.error().message, now);
  pb::LinkMessage message;
  *message.mutable_join_proof() = std::move(*proof);
  transmit(message);
}

void visitor_link::on_accepted(const pb::JoinAccepted& accepted) {
  state_ = state::joined;
  was_accepted_ = true;
  failures_ = 0;
  // One beat less than the head's: what runs here has stopped, as a rule, when
  // the head gives it to others.
  if (accepted.heartbeat_ms() > 0
      && accepted.timeout_ms() > 2 * accepted.heartbeat_ms())
    line_->set_pace(std::chrono::milliseconds{accepted.heartbeat_ms()},
                    std::chrono::milliseconds{accepted.timeout_ms()
                                              - accepted.heartbeat_ms()});
  emit(visitor_effect::kind::joined);
}

void visitor_link::send(const pb::LinkMessage& message, time_point now) {
  if (state_ != state::joined)
    return;
  auto envelopes = line_->send(message);
  if (!envelopes)
    return fall_back(envelopes.error().message, now);
  for (auto& envelope : *envelopes) {
    emit(visitor_effect::kind::send);
    effects_.back().envelope = std::move(envelope);
  }
}

void visitor_link::leave(const std::string& why, time_point now) {
  if (state_ == state::leaving)
    return;
  auto knows_us = state_ == state::joined;
  state_ = knows_us ? state::leaving : state::over;
  if (!knows_us)
    return;
  next_ = now + farewell;
  pb::LinkMessage message;
  message.mutable_leave()->set_why(why);
  transmit(message);
}

void visitor_link::tick(time_point now) {
  switch (state_) {
    case state::idle:
      if (now >= next_)
        start(now);
      return;
    case state::connecting:
      if (now >= next_)
        fall_back("the head does not take the connection", now);
      return;
    case state::joining:
      if (now >= next_)
        fall_back("the head did not answer in time", now);
      return;
    case state::joined:
      if (line_->is_silent(now))
        return fall_back("the head is silent", now);
      for (auto& envelope : line_->beat(now)) {
        emit(visitor_effect::kind::send);
        effects_.back().envelope = std::move(envelope);
      }
      return;
    case state::leaving:
      if (now >= next_)
        state_ = state::over;
      return;
    case state::over:
      return;
  }
}

std::chrono::milliseconds visitor_link::pace() const {
  return line_ ? line_->interval() : settings_.heartbeat_interval;
}

std::vector<visitor_effect> visitor_link::take_effects() {
  return std::exchange(effects_, {});
}

} // namespace cohort::runtime::cluster
