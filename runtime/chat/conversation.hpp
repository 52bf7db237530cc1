#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/chat/settings.hpp"

/// A talk with a model about one subtask: what to send, when to wait, when to
/// give up.
///
/// Pure. The budget is kept to the token: a request is sent only when even one
/// token for each of its bytes, and the longest answer that it allows, fit into
/// what remains.
namespace cohort::runtime::chat {

/// What came back for a request.
struct reply {
  int status = 0;                    // Of HTTP; 0: no whole answer came.
  std::string text;                  // The answer, or why there is none.
  bool is_cut = false;               // The answer ends before its end.
  bool was_sent = true;              // Else the endpoint never saw the request.
  std::optional<uint64_t> tokens_in; // As the endpoint counts them.
  std::optional<uint64_t> tokens_out;
  std::optional<std::chrono::seconds> retry_after;
};

/// What trying an answer came to.
struct trial {
  bool is_good = false; // Every check accepts it.
  std::string words;    // Else: what to tell the model.
};

struct send_request {
  std::string body; // JSON.
};
struct wait_for {
  std::chrono::milliseconds time;
};
struct try_answer {
  std::string text;
};
struct give_up {
  bool elsewhere = false; // Another time or place may do.
  std::string why;
};
struct finish {};
using step = std::variant<send_request, wait_for, try_answer, give_up, finish>;

class conversation {
public:
  conversation(chat_settings settings, const std::string& rules,
               const std::string& question);

  /// Each returns what to do next. After a give_up or finish nothing comes.
  step begin();
  step take(const reply& what); // After send_request.
  step waited();                // After wait_for.
  step take(const trial& what); // After try_answer.

  [[nodiscard]] uint64_t tokens() const {
    return tokens_in_ + tokens_out_;
  }
  [[nodiscard]] double cost() const;
  [[nodiscard]] unsigned turn() const {
    return turn_;
  }

private:
  struct message {
    std::string role;
    std::string text;
  };

  step ask();
  step ask_again(const std::string& answer, const std::string& words);
  step retry(const reply& what);
  [[nodiscard]] std::string body(uint64_t answer_tokens) const;

  chat_settings settings_;
  std::vector<message> messages_;
  std::string sent_;
  uint64_t allowed_ = 0; // Tokens of the answer to it.
  std::string answer_;   // The last one.
  unsigned turn_ = 0;
  unsigned retries_ = 0;
  uint64_t tokens_in_ = 0;
  uint64_t tokens_out_ = 0;
};

} // namespace cohort::runtime::chat
