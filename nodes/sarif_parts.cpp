#include "nodes/sarif_parts.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/analysis/workload.hpp"

namespace cohort::nodes {

using nlohmann::json;

namespace {

constexpr const char* source_root = "%SRCROOT%";

/// A path as part of a URI (RFC 3986): unreserved characters and slashes stay.
std::string percent_encoded(std::string_view path) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~/";
  std::string result;
  for (auto c : path) {
    auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9') || plain.find(c) != plain.npos) {
      result += c;
    } else {
      result += '%';
      result += hex[byte >> 4];
      result += hex[byte & 15];
    }
  }
  return result;
}

} // namespace

json sarif_artifact(const std::string& file) {
  if (runtime::analysis::is_inside_workspace(file))
    return {{"uri", percent_encoded(file)}, {"uriBaseId", source_root}};
  auto scheme = file.starts_with('/') ? "file://" : "";
  return {{"uri", scheme + percent_encoded(file)}};
}

size_t sarif_rules::index_of(const std::string& id) {
  auto [known, is_new] = index_.try_emplace(id, rules_.size());
  if (is_new) {
    auto words = id;
    std::replace_if(
      words.begin(), words.end(), [](char c) { return c == '_' || c == '-'; },
      ' ');
    rules_.push_back({{"id", id}, {"shortDescription", {{"text", words}}}});
  }
  return known->second;
}

std::string sarif_log(const std::string& workspace_root,
                      const sarif_rules& rules, json results, json properties) {
  json driver
    = {{"name", "cohort"}, {"version", COHORT_VERSION}, {"rules", rules.all()}};
  auto root = "file://" + percent_encoded(workspace_root);
  if (!root.ends_with('/'))
    root += '/';
  json run = {{"tool", {{"driver", std::move(driver)}}},
              {"columnKind", "utf16CodeUnits"},
              {"originalUriBaseIds", {{source_root, {{"uri", root}}}}},
              {"invocations", json::array({{{"executionSuccessful", true}}})},
              {"results", std::move(results)}};
  if (!properties.is_null())
    run["properties"] = std::move(properties);
  json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
              {"version", "2.1.0"},
              {"runs", json::array({std::move(run)})}};
  return log.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

} // namespace cohort::nodes
