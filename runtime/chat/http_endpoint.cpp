#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <httplib.h>

#include "runtime/analysis/text.hpp"
#include "runtime/chat/answer_reader.hpp"
#include "runtime/chat/endpoint.hpp"

namespace cohort::runtime::chat {

namespace {

constexpr size_t error_bytes_max = 4096;
constexpr std::string_view hidden = "***"; // Stands for the key.

bool is_header_text(const std::string& key) {
  return std::all_of(key.begin(), key.end(),
                     [](char c) { return c > ' ' && c <= '~'; });
}

struct parts {
  std::string origin; // "https://host:443"
  std::string path;   // "/v1"
};

std::optional<parts> split_url(const std::string& url) {
  auto scheme = url.starts_with("https://")  ? 8U
                : url.starts_with("http://") ? 7U
                                             : 0U;
  if (scheme == 0)
    return std::nullopt;
  auto slash = std::min(url.find('/', scheme), url.size());
  auto path = url.substr(slash);
  while (path.ends_with('/'))
    path.pop_back();
  // Names of users and passwords are no part of what is sent.
  auto host = url.substr(scheme, slash - scheme);
  if (host.empty() || host.find_first_of("@ \t\r\n") != std::string::npos
      || path.find_first_of("?# \t\r\n") != std::string::npos)
    return std::nullopt;
  return parts{url.substr(0, slash), path};
}

std::optional<std::chrono::seconds> seconds_in(const std::string& text) {
  unsigned value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(),
                                       value);
  if (failed != std::errc{} || end != text.data() + text.size())
    return std::nullopt; // A date: the usual pause does as well.
  return std::chrono::seconds{value};
}

/// Whether any part of a request may have reached the other side.
bool was_connected(httplib::Error failed) {
  return failed != httplib::Error::Connection
         && failed != httplib::Error::BindIPAddress
         && failed != httplib::Error::SSLConnection
         && failed != httplib::Error::SSLLoadingCerts
         && failed != httplib::Error::SSLServerVerification
         && failed != httplib::Error::ConnectionTimeout;
}

using clock = std::chrono::steady_clock;

class http_endpoint final : public endpoint {
public:
  http_endpoint(parts where, const chat_settings& settings, std::string key)
    : path_{where.path + "/chat/completions"},
      settings_{settings},
      key_{std::move(key)},
      client_{where.origin} {
    client_.set_follow_location(false);
    client_.set_keep_alive(false);
  }

  reply post(const std::string& body, clock::time_point end) override {
    auto now = clock::now();
    end = std::min(end, now + settings_.longest_answer);
    stall_after(std::min<clock::duration>(settings_.stall, end - now));
    httplib::Request request;
    request.method = "POST";
    request.path = path_;
    request.body = body;
    request.headers = {{"Content-Type", "application/json"},
                       {"Accept", "text/event-stream, application/json"}};
    if (!key_.empty())
      request.headers.emplace("Authorization", "Bearer " + key_);
    answer_reader answer{settings_.answer_bytes};
    std::string refusal;
    auto status = 0;
    std::string retry_after;
    request.response_handler = [&](const httplib::Response& response) {
      status = response.status;
      retry_after = response.get_header_value("Retry-After");
      return true;
    };
    request.content_receiver = [&](const char* data, size_t size, uint64_t,
                                   uint64_t) {
      if (clock::now() >= end)
        return false;
      if (status == 200)
        return answer.feed({data, size});
      refusal.append(data, std::min(size, error_bytes_max - refusal.size()));
      return refusal.size() < error_bytes_max;
    };
    auto result = client_.send(request);
    answer.end();
    return status == 200
             ? answered(answer, result.error())
             : refused(status, refusal, retry_after, result.error());
  }

private:
  void stall_after(clock::duration time) {
    // No time at all means "for ever" to some of what reads sockets.
    auto bounded = std::max<clock::duration>(time,
                                             std::chrono::milliseconds{1});
    client_.set_connection_timeout(bounded);
    client_.set_read_timeout(bounded);
    client_.set_write_timeout(bounded);
  }

  [[nodiscard]] reply answered(const answer_reader& answer,
                               httplib::Error failed) const {
    reply result;
    result.tokens_in = answer.tokens_in();
    result.tokens_out = answer.tokens_out();
    // Too much is the answer's fault, a connection that breaks is not.
    auto is_broken = failed != httplib::Error::Success
                     && failed != httplib::Error::Canceled;
    if (answer.is_answer() && !is_broken) {
      result.status = 200;
      result.text = redacted(answer.text());
      result.is_cut = !answer.is_whole();
      return result;
    }
    result.text = !is_broken
                    ? "what it answers is no chat completion"
                    : "the answer broke off: " + httplib::to_string(failed);
    return result;
  }

  [[nodiscard]] reply refused(int status, const std::string& words,
                              const std::string& retry_after,
                              httplib::Error failed) const {
    reply result;
    result.status = status;
    result.was_sent = status != 0 || was_connected(failed);
    result.text = status == 0 ? httplib::to_string(failed) : redacted(words);
    result.retry_after = seconds_in(retry_after);
    return result;
  }

  [[nodiscard]] std::string redacted(std::string text) const {
    if (!key_.empty())
      for (auto at = text.find(key_); at != std::string::npos;
           at = text.find(key_, at + hidden.size()))
        text.replace(at, key_.size(), hidden);
    return analysis::valid_utf8(text);
  }

  const std::string path_;
  const chat_settings settings_;
  const std::string key_;
  httplib::Client client_;
};

} // namespace

expected<std::unique_ptr<endpoint>>
make_http_endpoint(const chat_settings& settings, std::string key) {
  auto where = split_url(settings.url);
  if (!where)
    return error{errc::invalid_request,
                 "\"" + settings.url
                   + "\" is no endpoint: expected http://HOST[:PORT]/PATH or "
                     "https://..., without a user, a query or a fragment"};
  if (!is_header_text(key))
    return error{errc::invalid_request,
                 "the key has blanks or control characters in it"};
  return std::unique_ptr<endpoint>{
    std::make_unique<http_endpoint>(*where, settings, std::move(key))};
}

} // namespace cohort::runtime::chat
