#include "config/specialists.hpp"

#include <algorithm>

namespace cohort::config {

namespace {

namespace coordination = runtime::coordination;
namespace pb = messages::v1;

/// A program that judges files, of a specialty or a language.
template <class Entry>
pb::FileTool tool_of(const Entry& entry) {
  pb::FileTool result;
  result.set_name(entry.name);
  result.mutable_files()->Assign(entry.files.begin(), entry.files.end());
  result.mutable_check()->Assign(entry.check.begin(), entry.check.end());
  result.mutable_tests()->Assign(entry.tests.begin(), entry.tests.end());
  return result;
}

pb::Executor program_of(const executor_entry& entry) {
  pb::Executor result;
  result.set_name(entry.name);
  auto& command = *result.mutable_command();
  auto assign = [](auto* to, auto& from) {
    to->Assign(from.begin(), from.end());
  };
  assign(command.mutable_argv(), entry.command);
  if (entry.deadline.count() > 0)
    command.mutable_deadline()->set_seconds(entry.deadline.count());
  command.set_network(entry.network);
  assign(command.mutable_environment(), entry.environment);
  assign(command.mutable_readable(), entry.readable);
  assign(command.mutable_writable(), entry.writable);
  return result;
}

pb::Executor executor_of(const std::string& name, const settings& values) {
  for (auto& builtin : coordination::cxx_executors())
    if (builtin.name() == name)
      return builtin;
  if (values.natives->count(name) > 0) {
    pb::Executor result;
    result.set_name(name);
    result.mutable_native();
    return result;
  }
  auto found = std::find_if(values.executors.begin(), values.executors.end(),
                            [&](auto& entry) { return entry.name == name; });
  return found == values.executors.end() ? pb::Executor{} : program_of(*found);
}

} // namespace

bool is_builtin_executor(std::string_view name, const settings& values) {
  auto all = coordination::cxx_executors();
  return values.natives->count(name) > 0
         || std::any_of(all.begin(), all.end(),
                        [&](auto& one) { return one.name() == name; });
}

std::optional<pb::SpecialtyKind> builtin_specialty(std::string_view name) {
  for (int number = pb::SPECIALTY_KIND_GENERALIST;
       number < pb::SPECIALTY_KIND_CUSTOM; ++number) {
    pb::Specialty specialty;
    specialty.set_kind(static_cast<pb::SpecialtyKind>(number));
    if (coordination::to_string(specialty) == name)
      return specialty.kind();
  }
  return std::nullopt;
}

coordination::specialists specialists_of(const settings& values) {
  coordination::specialists result;
  for (auto& language : values.languages)
    result.languages.push_back(tool_of(language));
  for (auto& entry : values.specialties) {
    auto builtin = builtin_specialty(entry.name);
    auto kind = builtin.value_or(pb::SPECIALTY_KIND_CUSTOM);
    coordination::specialist one;
    one.specialty.set_kind(kind);
    if (!builtin)
      one.specialty.set_custom_name(entry.name);
    one.words = entry.words;
    if (!entry.check.empty())
      one.tools.push_back(tool_of(entry));
    if (coordination::is_about_code(kind))
      one.tools.insert(one.tools.end(), result.languages.begin(),
                       result.languages.end());
    for (auto& name : entry.executors)
      one.executors.push_back(executor_of(name, values));
    if (one.executors.empty())
      one.executors = coordination::cxx_executors();
    result.all.push_back(std::move(one));
  }
  std::stable_partition(result.all.begin(), result.all.end(), [](auto& one) {
    return one.specialty.kind() == pb::SPECIALTY_KIND_CUSTOM;
  });
  return result;
}

} // namespace cohort::config
