#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "runtime/chat/conversation.hpp"
#include "runtime/chat/settings.hpp"
#include "runtime/expected.hpp"

namespace cohort::runtime::chat {

/// Where chat completions come from.
///
/// Threads: belongs to one thread, which it blocks.
class endpoint {
public:
  virtual ~endpoint() = default;

  /// Sends a request, and takes its answer until `end`. What goes wrong is a
  /// reply without an answer, whose text says what.
  virtual reply
  post(const std::string& body, std::chrono::steady_clock::time_point end)
    = 0;
};

/// An OpenAI-compatible one: POST <url>/chat/completions. `key` goes to this
/// host only: redirections are not followed, and where the host says the key,
/// the reply has "***" instead. Errors: invalid_request when the URL is none.
expected<std::unique_ptr<endpoint>>
make_http_endpoint(const chat_settings& settings, std::string key);

} // namespace cohort::runtime::chat
