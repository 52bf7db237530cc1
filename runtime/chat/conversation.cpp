#include "runtime/chat/conversation.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace cohort::runtime::chat {

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

/// An answer of fewer tokens says nothing of use.
constexpr uint64_t least_answer_tokens = 256;
constexpr size_t quoted_bytes_max = 4000;
constexpr milliseconds first_pause{500};

/// No sum of what endpoints say overflows.
uint64_t bounded(uint64_t tokens) {
  return std::min<uint64_t>(tokens, 1ULL << 40U);
}

/// Whether the endpoint may have worked on the request. 503 is the refusal to.
bool may_be_charged(const reply& what) {
  return what.status == 200 || (what.status == 0 && what.was_sent)
         || (what.status >= 500 && what.status != 503);
}

bool is_for_later(int status) {
  return status == 0 || status == 408 || status == 409 || status == 425
         || status == 429 || status >= 500;
}

std::string shortened(const std::string& text) {
  return text.size() <= quoted_bytes_max
           ? text
           : text.substr(0, quoted_bytes_max) + "\n[cut]";
}

std::string status_text(const reply& what) {
  return (what.status == 0
            ? "no answer came"
            : "the endpoint answers " + std::to_string(what.status))
         + (what.text.empty() ? "" : ": " + what.text.substr(0, 300));
}

} // namespace

conversation::conversation(chat_settings settings, const std::string& rules,
                           const std::string& question)
  : settings_{std::move(settings)},
    messages_{{"system", rules}, {"user", question}} {
  // nop
}

step conversation::begin() {
  return ask();
}

std::string conversation::body(uint64_t answer_tokens) const {
  json messages = json::array();
  for (auto& one : messages_)
    messages.push_back({{"role", one.role}, {"content", one.text}});
  return json{{"model", settings_.model},
              {"messages", std::move(messages)},
              {"max_tokens", answer_tokens},
              {"stream", true},
              {"stream_options", {{"include_usage", true}}}}
    .dump(-1, ' ', false, json::error_handler_t::replace);
}

step conversation::ask() {
  // A token is a byte at least.
  auto most = body(settings_.answer_tokens).size();
  auto left = settings_.budget_tokens
              - std::min(settings_.budget_tokens, tokens());
  if (left < most + least_answer_tokens)
    return give_up{false,
                   "its budget of " + std::to_string(settings_.budget_tokens)
                     + " tokens would be exceeded: " + std::to_string(tokens())
                     + " are spent, and the next request may take "
                     + std::to_string(most + least_answer_tokens)};
  allowed_ = std::min(settings_.answer_tokens, left - most);
  sent_ = body(allowed_);
  return send_request{sent_};
}

step conversation::take(const reply& what) {
  auto is_answer = what.status == 200;
  // What nobody counted is counted as the most that it can be.
  auto is_charged = may_be_charged(what);
  tokens_in_ += bounded(what.tokens_in.value_or(is_charged ? sent_.size() : 0));
  tokens_out_ += bounded(what.tokens_out.value_or(is_charged ? allowed_ : 0));
  if (is_for_later(what.status))
    return retry(what);
  if (!is_answer)
    return give_up{false, status_text(what)};
  retries_ = 0;
  ++turn_;
  if (what.is_cut)
    return ask_again(what.text,
                     "Your answer was cut off, and nothing of it was "
                     "used. Answer with fewer, smaller blocks.");
  answer_ = what.text;
  return try_answer{what.text};
}

step conversation::retry(const reply& what) {
  if (retries_ >= settings_.retries)
    return give_up{true, status_text(what) + ", " + std::to_string(retries_ + 1)
                           + " times"};
  auto pause = what.retry_after
                 ? std::chrono::duration_cast<milliseconds>(*what.retry_after)
                 : first_pause * (1U << std::min(retries_, 10U));
  if (pause > settings_.longest_pause)
    return give_up{true, status_text(what) + "; it asks to wait for "
                           + std::to_string(pause.count() / 1000) + " s"};
  ++retries_;
  return wait_for{pause};
}

step conversation::waited() {
  return ask();
}

step conversation::take(const trial& what) {
  if (what.is_good)
    return finish{};
  return ask_again(answer_, what.words);
}

step conversation::ask_again(const std::string& answer,
                             const std::string& words) {
  if (turn_ >= settings_.turns)
    return give_up{false, "after " + std::to_string(turn_)
                            + " answers: " + shortened(words)};
  messages_.push_back({"assistant", shortened(answer)});
  messages_.push_back({"user", shortened(words)});
  return ask();
}

double conversation::cost() const {
  return (static_cast<double>(tokens_in_) * settings_.price_in
          + static_cast<double>(tokens_out_) * settings_.price_out)
         / 1e6;
}

} // namespace cohort::runtime::chat
