#include "runtime/logs/summaries.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace cohort::runtime::logs {

namespace {

/// A message that begins so, and goes on somewhere with `rest`.
struct summary_shape {
  std::string_view begin;
  std::string_view rest;
};

/// Said without a place in a file.
constexpr auto summaries = std::to_array<summary_shape>({
  // Compilers and linkers,
  {"ld returned ", "exit status"},
  {"linker command failed with exit code", ""},
  {"too many errors", ""},
  {"some warnings being treated as errors", ""},
  {"all warnings being treated as errors", ""},
  {"warnings being treated as errors", ""},
  {"warning being treated as error", ""},
  {"cannot continue due to ", "error"},
  // rustc and cargo,
  {"aborting due to ", "previous error"},
  {"could not compile '", ""},
  {"Could not compile '", ""},
  {"could not document '", ""},
  {"failed to compile '", ""},
  {"build failed, waiting for", ""},
  // what runs them.
  {"Build did NOT complete successfully", ""},
  {"Process completed with exit code", ""},
  {"recipe for target '", "failed"},
  {"Recipe for target '", "failed"},
  {"command '", "' failed with exit"},
  {"Command failed with exit", ""},
  {"command failed with exit", ""},
  {"Command '", "returned non-zero exit status"},
  {"process \"", "did not complete successfully: exit code"},
  {"failed to solve: process \"", "did not complete successfully: exit code"},
});

/// What MSVC and MSBuild number: the following warning is an error, too many
/// errors, unresolved externals, and that a compiler exited.
constexpr auto summary_codes = std::to_array<std::string_view>(
  {"C1003", "C2220", "LNK1120", "MSB3721", "MSB6006"});

/// Said in so many words, and no more.
constexpr auto whole_summaries = std::to_array<std::string_view>(
  {"Build failed", "Command failed", "build failed", "command failed"});

bool has_shape(std::string_view text, const summary_shape& shape) {
  return text.starts_with(shape.begin)
         && text.find(shape.rest, shape.begin.size()) != text.npos;
}

/// "3 errors generated.", "2 warnings emitted", "'x' (bin) generated 1
/// warning".
bool counts_others(std::string_view text) {
  constexpr std::string_view generated = ") generated ";
  auto made = text.starts_with('\'') ? text.find(generated) : text.npos;
  if (made != text.npos)
    text.remove_prefix(made + generated.size());
  auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == text.npos)
    return false;
  text.remove_prefix(digits);
  if (!text.starts_with(" error") && !text.starts_with(" warning"))
    return false;
  return made != text.npos || text.find(" generated") != text.npos
         || text.find(" emitted") != text.npos;
}

} // namespace

bool sums_up(const messages::v1::Diagnostic& said) {
  auto is_code = std::find(summary_codes.begin(), summary_codes.end(),
                           said.option())
                 != summary_codes.end();
  if (is_code || said.location().line() > 0)
    return is_code;
  constexpr size_t head = 400;
  auto message = said.message().substr(0, head);
  std::replace(message.begin(), message.end(), '`', '\'');
  auto whole = std::string_view{message};
  whole.remove_suffix(whole.ends_with('.') ? 1 : 0);
  return counts_others(message)
         || std::find(whole_summaries.begin(), whole_summaries.end(), whole)
              != whole_summaries.end()
         || std::any_of(summaries.begin(), summaries.end(),
                        [&](auto& shape) { return has_shape(message, shape); });
}

} // namespace cohort::runtime::logs
