#include "runtime/decomposition/grouping.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "runtime/analysis/error_signs.hpp"

namespace cohort::runtime::decomposition {

namespace {

using analysis::broken_file;
using analysis::workload;

template <class Key>
grouping group_by(const workload& load, Key key) {
  grouping result;
  for (auto& file : load.files)
    result.keys.push_back(key(file));
  result.follows.resize(load.files.size());
  return result;
}

/// Follows errors to the files and names of their causes.
class cause_lookup {
public:
  cause_lookup(const workload& load, const pb::Evidence& evidence)
    : load_{load}, evidence_{evidence} {
    for (uint32_t i = 0; i < load.files.size(); ++i)
      files_[load.files[i].name] = i;
    groups_.resize(static_cast<size_t>(evidence.diagnostics_size()));
    for (auto& group : evidence.groups())
      for (auto index : group.diagnostics())
        if (index < groups_.size())
          groups_[index] = &group;
  }

  /// "unknown_type 'T'" of the first error whose cause is in the file; of the
  /// first one where there is none.
  [[nodiscard]] std::string key(const broken_file& file) const {
    auto own = std::find_if(file.diagnostics.begin(), file.diagnostics.end(),
                            [&](uint32_t error) {
                              return cause_file(error) == file.name;
                            });
    auto& leading = at(own == file.diagnostics.end() ? file.diagnostics.front()
                                                     : *own);
    auto name = analysis::read_signs(leading).missing_name;
    auto type = leading.error_type().empty() ? "other" : leading.error_type();
    return name.empty() ? type : type + " '" + std::string{name} + '\'';
  }

  [[nodiscard]] std::optional<uint32_t> follows(const broken_file& file) const {
    std::optional<uint32_t> result;
    for (auto error : file.diagnostics) {
      auto cause = files_.find(cause_file(error));
      if (cause == files_.end() || !load_.files[cause->second].is_shared
          || load_.files[cause->second].name == file.name)
        return std::nullopt;
      result = result.value_or(cause->second);
    }
    return result;
  }

private:
  [[nodiscard]] const pb::Diagnostic& at(uint32_t index) const {
    return evidence_.diagnostics(static_cast<int>(index));
  }

  /// An error of no group is its own cause.
  [[nodiscard]] std::string_view cause_file(uint32_t error) const {
    return groups_[error] ? groups_[error]->cause().file()
                          : at(error).location().file();
  }

  const workload& load_;
  const pb::Evidence& evidence_;
  std::unordered_map<std::string_view, uint32_t> files_; // Looked up only.
  std::vector<const pb::DiagnosticGroup*> groups_;       // Of each diagnostic.
};

} // namespace

grouping by_error_type(const workload& load) {
  return group_by(load, [](auto& file) { return file.error_type; });
}

grouping by_root_cause(const workload& load, const pb::Evidence& evidence) {
  cause_lookup causes{load, evidence};
  auto result = group_by(load, [&](auto& file) { return causes.key(file); });
  for (size_t i = 0; i < load.files.size(); ++i)
    if (!load.files[i].is_shared)
      result.follows[i] = causes.follows(load.files[i]);
  return result;
}

grouping by_module(const workload& load) {
  return group_by(load, [](auto& file) {
    auto slash = file.name.rfind('/');
    return slash == std::string::npos ? "." : file.name.substr(0, slash);
  });
}

} // namespace cohort::runtime::decomposition
