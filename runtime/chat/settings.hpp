#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace cohort::runtime::chat {

struct chat_settings {
  std::string url;          // Of the API, "https://host/v1".
  std::string model;        // As the endpoint names it.
  std::string key_variable; // Environment variable; empty: no key is sent.
  unsigned turns = 3;       // Answers that are tried.
  unsigned retries = 4;     // Of one request that got no answer.
  uint64_t budget_tokens = 100'000; // Of all requests and answers together.
  uint64_t answer_tokens = 4096;    // Of one answer, at most.
  uint64_t context_bytes = 60'000;  // Of files that the first request shows.
  uint64_t answer_bytes = 1U << 20; // Of what comes back for one request.
  std::chrono::seconds stall{60};   // Without a byte: it hangs.
  std::chrono::seconds longest_answer{600};
  std::chrono::seconds longest_pause{120};
  double price_in = 0; // For a million tokens, in whatever currency.
  double price_out = 0;
};

} // namespace cohort::runtime::chat
