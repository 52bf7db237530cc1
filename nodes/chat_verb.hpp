#pragma once

#include <CLI/CLI.hpp>

#include "runtime/chat/settings.hpp"

namespace cohort::nodes {

/// `cohort chat`: an executor's program that has a model do the work. Lives as
/// long as the application is parsed.
class chat_verb {
public:
  chat_verb(CLI::App& app, int& code);

private:
  runtime::chat::chat_settings settings_;
  unsigned stall_seconds_ = 60;
};

} // namespace cohort::nodes
