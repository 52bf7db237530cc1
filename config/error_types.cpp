#include "config/error_types.hpp"

#include <algorithm>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "config/shipped_table.hpp"
#include "runtime/analysis/error_pattern.hpp"

namespace cohort::config {

namespace {

bool is_pattern(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~';
  });
}

/// Reads one of the two lists.
class row_reader {
public:
  row_reader(std::vector<error_type_row>& rows,
             std::vector<std::string>& problems)
    : rows_{rows}, problems_{problems} {
    // nop
  }

  void read(const YAML::Node& list) {
    if (!list.IsSequence())
      return add_problem(list, "", "expected a list");
    for (auto item : list) {
      if (!item.IsMap() || item.size() != 1)
        add_problem(item, "", "expected one type with its patterns");
      else
        read_type(item.begin()->first, item.begin()->second);
    }
  }

private:
  void read_type(const YAML::Node& name, const YAML::Node& patterns) {
    auto type = scalar_text(name);
    if (!is_table_name(type))
      add_problem(name, type, "a type is lower-case letters and underscores");
    else if (!patterns.IsSequence() || patterns.size() == 0)
      add_problem(name, type, "expected a list of patterns");
    else
      for (auto pattern : patterns)
        read_pattern(pattern, type);
  }

  void read_pattern(const YAML::Node& node, const std::string& type) {
    auto pattern = scalar_text(node);
    if (!is_pattern(pattern))
      return add_problem(node, pattern, "a pattern is printable ASCII");
    auto hides = [&](auto& row) {
      return runtime::analysis::matches(row.pattern, pattern);
    };
    auto earlier = std::find_if(rows_.begin(), rows_.end(), hides);
    if (earlier != rows_.end())
      return add_problem(node, pattern,
                         "never reached, '" + earlier->pattern
                           + "' matches all that it does");
    rows_.push_back({pattern, type});
  }

  void add_problem(const YAML::Node& node, const std::string& what,
                   const std::string& why) {
    add_table_problem(problems_, node, what, why);
  }

  std::vector<error_type_row>& rows_;
  std::vector<std::string>& problems_;
};

std::string table(std::string_view name,
                  const std::vector<error_type_row>& rows) {
  std::string result = "std::span<const error_pattern> ";
  result += name;
  result += "() {\n  static constexpr error_pattern rows[] = {\n";
  for (auto& row : rows)
    result += "    {" + cpp_string(row.pattern) + ", " + cpp_string(row.type)
              + "},\n";
  return result + "  };\n  return rows;\n}\n\n";
}

} // namespace

error_types read_error_types(const std::string& yaml) {
  error_types result;
  try {
    auto document = YAML::Load(yaml);
    if (!document.IsMap() || document.size() != 2 || !document["messages"]
        || !document["options"]) {
      result.problems.emplace_back("expected the lists messages and options");
      return result;
    }
    row_reader{result.messages, result.problems}.read(document["messages"]);
    row_reader{result.options, result.problems}.read(document["options"]);
  } catch (const YAML::Exception& why) {
    result.problems.emplace_back(why.what());
  }
  return result;
}

std::string to_cpp(const error_types& types) {
  return "#include \"runtime/analysis/error_pattern.hpp\"\n\n"
         "namespace cohort::runtime::analysis {\n\n"
         + table("message_patterns", types.messages)
         + table("option_patterns", types.options)
         + "} // namespace cohort::runtime::analysis\n";
}

} // namespace cohort::config
