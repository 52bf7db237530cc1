#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>

#include <sys/prctl.h>
#include <sysexits.h>

#include <nlohmann/json.hpp>

#include "nodes/one_task.hpp"
#include "nodes/verbs.hpp"
#include "runtime/chat/work.hpp"
#include "runtime/process/launcher.hpp"

namespace cohort::nodes {

namespace {

/// The variable's value, which is gone from this process's environment after,
/// so that no child gets it and none can read it there.
runtime::expected<std::string> take_key(const std::string& variable) {
  if (variable.empty())
    return std::string{};
  auto* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0')
    return runtime::error{runtime::errc::invalid_request,
                          "the environment variable " + variable
                            + ", which should hold the key, is not set"};
  std::string key{value};
  std::memset(value, '*', key.size());
  unsetenv(variable.c_str());
  return key;
}

void say(const nlohmann::json& line) {
  std::cout << line.dump(-1, ' ', false,
                         nlohmann::json::error_handler_t::replace)
            << std::endl;
}

} // namespace

int chat(const runtime::chat::chat_settings& settings) {
  auto key = take_key(settings.key_variable);
  if (!key)
    return refuse(key.error());
  auto model = runtime::chat::make_http_endpoint(settings, std::move(*key));
  if (!model)
    return refuse(model.error());
  std::string text{std::istreambuf_iterator<char>{std::cin}, {}};
  auto what = runtime::chat::read_assignment(text);
  if (!what)
    return refuse(what.error());
  // What it runs on the model's code cannot read its memory, and so its key;
  // nor that of the launcher, which begins as a copy.
  prctl(PR_SET_DUMPABLE, 0);
  auto processes = runtime::process::start_launcher({});
  if (!processes)
    return refuse(processes.error());
  runtime::chat::work_context context{
    **model, **processes,
    [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
    [](const std::string& words) {
      say({{"progress", words}});
    },
    [](uint64_t tokens, double cost) {
      say({{"tokens", tokens}, {"cost", cost}});
    }};
  auto result = runtime::chat::work_on(*what, settings, context);
  if (result.is_done)
    return 0;
  std::cerr << "cohort: " << result.why << '\n';
  return result.elsewhere ? EX_TEMPFAIL : 1;
}

} // namespace cohort::nodes
