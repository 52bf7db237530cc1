#include "nodes/chat_verb.hpp"

#include <chrono>

#include "nodes/signals.hpp"
#include "nodes/verbs.hpp"

namespace cohort::nodes {

chat_verb::chat_verb(CLI::App& app, int& code) {
  auto* verb = app.add_subcommand(
    "chat",
    "for executors: have a model of an OpenAI-compatible endpoint work on the "
    "assignment on standard input; exit status 75: try elsewhere");
  verb
    ->add_option("--url", settings_.url,
                 "of the API, for instance "
                 "https://api.openai.com/v1")
    ->required()
    ->option_text("URL");
  verb->add_option("--model", settings_.model, "as the endpoint names it")
    ->required()
    ->option_text("NAME");
  verb
    ->add_option("--key-variable", settings_.key_variable,
                 "environment variable with the key (default: none is sent)")
    ->option_text("NAME");
  verb->add_option("--turns", settings_.turns, "answers that are tried")
    ->check(CLI::Range(1U, 100U))
    ->capture_default_str();
  verb
    ->add_option("--retries", settings_.retries,
                 "of a request that gets no answer (429, 5xx, a stall)")
    ->check(CLI::Range(0U, 100U))
    ->capture_default_str();
  verb
    ->add_option("--budget-tokens", settings_.budget_tokens,
                 "all that requests and answers may take together")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  verb
    ->add_option("--answer-tokens", settings_.answer_tokens,
                 "the longest answer")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  verb
    ->add_option("--context-bytes", settings_.context_bytes,
                 "of files that the model is shown")
    ->capture_default_str();
  verb
    ->add_option("--stall-seconds", stall_seconds_,
                 "without a byte an answer counts as lost")
    ->check(CLI::Range(1U, 3600U))
    ->capture_default_str();
  verb->add_option("--price-in", settings_.price_in,
                   "for a million tokens of requests: what it costs is told");
  verb->add_option("--price-out", settings_.price_out,
                   "for a million tokens of answers");
  verb->callback([this, &code] {
    unblock_signals();
    settings_.stall = std::chrono::seconds{stall_seconds_};
    code = chat(settings_);
  });
}

} // namespace cohort::nodes
