#include "runtime/coordination/specialists.hpp"

#include <algorithm>
#include <string_view>

#include "runtime/analysis/routing.hpp"
#include "runtime/analysis/specialty.hpp"
#include "runtime/analysis/text.hpp"
#include "runtime/analysis/tidy_words.hpp"

namespace cohort::runtime::coordination {

namespace {

bool is_same(const pb::Specialty& x, const pb::Specialty& y) {
  return x.kind() == y.kind() && x.custom_name() == y.custom_name();
}

const specialist* find(const specialists& known,
                       const pb::Specialty& specialty) {
  auto found = std::find_if(known.all.begin(), known.all.end(), [&](auto& one) {
    return is_same(one.specialty, specialty);
  });
  return found == known.all.end() ? nullptr : &*found;
}

/// The custom specialty whose words stand in the text.
const specialist* asked_by_words(const specialists& known,
                                 const std::string& description) {
  auto words = analysis::split_words(
    std::string_view{description}.substr(0, analysis::description_bytes_max));
  for (auto& one : known.all)
    for (auto& phrase : one.words)
      for (size_t at = 0; at < words.size(); ++at)
        if (analysis::stands_at(words, at, phrase))
          return &one;
  return nullptr;
}

/// Errors of compilers are work for it.
bool is_about_errors(pb::SpecialtyKind kind) {
  return kind == pb::SPECIALTY_KIND_GENERALIST
         || kind == pb::SPECIALTY_KIND_COMPILATION_ERRORS
         || kind == pb::SPECIALTY_KIND_TYPE_SYSTEM;
}

pb::Executor executor_named(const std::string& name) {
  pb::Executor result;
  result.set_name(name);
  return result;
}

} // namespace

bool is_specialty(const pb::Specialty& specialty) {
  auto kind = specialty.kind();
  return pb::SpecialtyKind_IsValid(kind)
         && kind != pb::SPECIALTY_KIND_UNSPECIFIED
         && (kind == pb::SPECIALTY_KIND_CUSTOM)
              == !specialty.custom_name().empty();
}

bool is_about_code(pb::SpecialtyKind kind) {
  return kind != pb::SPECIALTY_KIND_CUSTOM && kind != pb::SPECIALTY_KIND_TESTING
         && kind != pb::SPECIALTY_KIND_DOCUMENTATION;
}

std::vector<pb::Executor> cxx_executors() {
  auto fixit = executor_named("fixit");
  fixit.mutable_fixit();
  auto clang_tidy = executor_named("clang_tidy");
  clang_tidy.mutable_clang_tidy();
  return {fixit, clang_tidy};
}

void specialise(pb::TaskRequest& request, const specialists& known) {
  auto& toolchain = *request.mutable_toolchain();
  if (!request.has_specialty()) {
    auto* custom = asked_by_words(known, request.description());
    *request.mutable_specialty()
      = custom ? custom->specialty
               : analysis::convert_to_complex_task("", request.description(),
                                                   request.mode(), "")
                   .specialty();
  }
  auto kind = request.specialty().kind();
  if (is_about_code(kind) && kind != pb::SPECIALTY_KIND_COMPILATION_ERRORS
      && toolchain.tidy_checks().empty())
    for (auto& check : analysis::tidy_checks_in(request.description()))
      toolchain.add_tidy_checks(check);
  request.clear_executors();
  toolchain.clear_file_tools();
  auto add = [&](const auto& tools, const auto& executors) {
    toolchain.mutable_file_tools()->Add(tools.begin(), tools.end());
    request.mutable_executors()->Add(executors.begin(), executors.end());
  };
  if (auto* one = find(known, request.specialty()))
    add(one->tools, one->executors);
  else if (is_about_code(kind))
    add(known.languages, cxx_executors());
}

std::string why_unfit(const pb::TaskRequest& request) {
  auto& specialty = request.specialty();
  auto name = to_string(specialty);
  if (request.executors().empty())
    return "no executor is configured for " + name
           + (specialty.kind() == pb::SPECIALTY_KIND_CUSTOM
                ? "; name it under specialties in the configuration"
                : "");
  auto& toolchain = request.toolchain();
  if (!is_about_errors(specialty.kind()) && toolchain.tidy_checks().empty()
      && toolchain.warnings().empty() && toolchain.file_tools().empty())
    return "nothing says where there is work for " + name
           + ": name checks of clang-tidy (--checks modernize-use-override), "
             "warnings (--warnings=-Wconversion), or a specialty with a check "
             "of its own";
  return "";
}

expected<pb::Specialty> read_specialty(const std::string& name) {
  pb::Specialty result;
  constexpr std::string_view custom = "custom:";
  if (name.starts_with(custom) && name.size() > custom.size()) {
    result.set_kind(pb::SPECIALTY_KIND_CUSTOM);
    result.set_custom_name(name.substr(custom.size()));
    return result;
  }
  std::string all;
  for (int i = pb::SPECIALTY_KIND_GENERALIST; i < pb::SPECIALTY_KIND_CUSTOM;
       ++i) {
    result.set_kind(static_cast<pb::SpecialtyKind>(i));
    if (to_string(result) == name)
      return result;
    all += to_string(result) + ", ";
  }
  return error{errc::invalid_request, "there is no specialty \"" + name
                                        + "\": use one of " + all
                                        + "or custom:NAME"};
}

std::string to_string(const pb::Specialty& specialty) {
  if (specialty.kind() == pb::SPECIALTY_KIND_CUSTOM)
    return "custom:" + specialty.custom_name();
  return analysis::name_of(specialty.kind());
}

} // namespace cohort::runtime::coordination
