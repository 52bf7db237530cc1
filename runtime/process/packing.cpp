#include "runtime/process/packing.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace cohort::runtime::process {

namespace {

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

const std::string& folder_of(const command& what) {
  static const std::string root = "/";
  return what.working_directory.empty() ? root : what.working_directory;
}

std::string reason(const command& what, wire::step step, int error_number) {
  auto words = std::generic_category().message(error_number);
  auto looked_up = what.argv.front().find('/') == std::string::npos;
  switch (step) {
    case wire::step::folder:
      return "its working directory " + folder_of(what) + " cannot be entered ("
             + words + ")";
    case wire::step::exec:
      if (error_number == ENOENT)
        return looked_up ? "no such program in PATH; install it or extend PATH"
                         : "no such file, or its interpreter is missing";
      if (error_number == EACCES)
        return "it is not executable for this user; check its mode";
      if (error_number == E2BIG)
        return "its arguments and environment are too long for the kernel";
      return words;
    case wire::step::descriptors:
      return "no descriptors for it (" + words + "); raise `ulimit -n`";
    case wire::step::clone:
      return "no new process (" + words
             + "); raise `ulimit -u` or lower the load";
    case wire::step::none:
      break;
  }
  return words;
}

} // namespace

std::string why_impossible(const command& what) {
  if (what.argv.empty() || what.argv.front().empty())
    return "cannot start a command without a program: its argv is empty";
  auto prefix = "cannot start " + what.argv.front().substr(0, 200) + ": ";
  if (std::any_of(what.argv.begin(), what.argv.end(), has_nul))
    return prefix + "an argument holds a NUL byte";
  if (folder_of(what).front() != '/' || has_nul(what.working_directory))
    return prefix + "its working directory '" + what.working_directory
           + "' is not an absolute path";
  for (auto* variables : {&what.environment, &what.private_environment})
    for (auto& [name, value] : *variables)
      if (name.empty() || name.find('=') != std::string::npos || has_nul(name)
          || has_nul(value))
        return prefix + "its environment has the impossible name or value '"
               + name + "'";
  return {};
}

packed_command pack(const command& what,
                    const packed_environment& environment) {
  packed_command result;
  string_block argv;
  for (auto& argument : what.argv)
    argv.add(argument);
  auto put = [&](const string_block& envp) {
    result.header.envc = static_cast<uint32_t>(envp.count);
    result.text = std::move(argv.text);
    result.text += envp.text;
    result.text.append(folder_of(what)).push_back('\0');
  };
  result.header.argc = static_cast<uint32_t>(argv.count);
  auto added = what.environment;
  added.insert(added.end(), what.private_environment.begin(),
               what.private_environment.end());
  if (added.empty())
    put(environment.block);
  else
    put(environment_block(environment.base, added));
  result.header.memory_limit_bytes = what.memory_limit_bytes;
  result.header.file_limit_bytes = what.file_limit_bytes;
  result.header.process_limit = what.process_limit;
  result.header.text_bytes = result.text.size();
  return result;
}

std::string describe_start_failure(const command& what, wire::step step,
                                   int error_number) {
  return "cannot start " + what.argv.front() + ": "
         + reason(what, step, error_number);
}

} // namespace cohort::runtime::process
