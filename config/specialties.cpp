#include "config/specialties.hpp"

#include <array>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "config/shipped_table.hpp"

namespace cohort::config {

namespace {

/// Those that can be listed; generalists and custom ones can't.
constexpr auto specialty_names = std::to_array<std::string_view>(
  {"compilation_errors", "type_system", "async_patterns", "refactoring",
   "testing", "documentation"});

class specialties_reader {
public:
  explicit specialties_reader(specialty_table_text& table) : table_{table} {
    // nop
  }

  void read(const YAML::Node& document) {
    if (!document.IsMap())
      return table_.problems.push_back("expected a map of specialties");
    for (auto entry : document)
      read_specialty(entry.first, entry.second);
    for (auto name : specialty_names)
      if (std::find(table_.order.begin(), table_.order.end(), name)
          == table_.order.end())
        problem(document, std::string{name}, "is missing");
  }

private:
  void read_specialty(const YAML::Node& key, const YAML::Node& lists) {
    auto name = scalar_text(key);
    auto& order = table_.order;
    if (std::find(specialty_names.begin(), specialty_names.end(), name)
        == specialty_names.end())
      return problem(key, name, "no specialty");
    if (std::find(order.begin(), order.end(), name) != order.end())
      return problem(key, name, "stands there twice");
    order.push_back(name);
    if (!lists.IsMap() || lists.size() != 2 || !lists["words"]
        || !lists["error_types"])
      return problem(key, name, "expected the lists words and error_types");
    read_list(lists["words"], name, is_lower_word,
              "a word is printable ASCII without capitals", table_.words);
    read_list(lists["error_types"], name, is_table_name,
              "a type is lower-case letters and underscores",
              table_.error_types);
  }

  void read_list(const YAML::Node& list, const std::string& specialty,
                 bool (*is_allowed)(std::string_view), const char* allowed,
                 std::map<std::string, std::string>& out) {
    if (!list.IsSequence())
      return problem(list, specialty, "expected a list");
    for (auto node : list) {
      auto text = scalar_text(node);
      if (!is_allowed(text))
        problem(node, text, allowed);
      else if (auto [known, is_new] = out.try_emplace(text, specialty); !is_new)
        problem(node, text, "is listed with " + known->second + " already");
    }
  }

  void problem(const YAML::Node& node, const std::string& what,
               const std::string& why) {
    add_table_problem(table_.problems, node, what, why);
  }

  specialty_table_text& table_;
};

/// "pb::SPECIALTY_KIND_TYPE_SYSTEM"
std::string cpp_kind(const std::string& specialty) {
  std::string result = "pb::SPECIALTY_KIND_";
  for (auto c : specialty)
    result += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
  return result;
}

std::string rows_to_cpp(std::string_view name,
                        const std::map<std::string, std::string>& rows) {
  std::string result = "std::span<const specialty_row> ";
  result += name;
  result += "() {\n  static constexpr specialty_row rows[] = {\n";
  for (auto& [text, specialty] : rows)
    result += "    {" + cpp_string(text) + ", " + cpp_kind(specialty) + "},\n";
  return result + "  };\n  return rows;\n}\n\n";
}

} // namespace

specialty_table_text read_specialties(const std::string& yaml) {
  specialty_table_text result;
  try {
    specialties_reader{result}.read(YAML::Load(yaml));
  } catch (const YAML::Exception& why) {
    result.problems.emplace_back(why.what());
  }
  return result;
}

std::string to_cpp(const specialty_table_text& table) {
  std::string order;
  for (auto& specialty : table.order)
    order += "    " + cpp_kind(specialty) + ",\n";
  return "#include \"runtime/analysis/specialty.hpp\"\n\n"
         "namespace cohort::runtime::analysis {\n\n"
         + rows_to_cpp("specialty_words", table.words)
         + rows_to_cpp("specialty_error_types", table.error_types)
         + "std::span<const pb::SpecialtyKind> specialty_order() {\n"
           "  static constexpr pb::SpecialtyKind rows[] = {\n"
         + order
         + "  };\n  return rows;\n}\n\n"
           "} // namespace cohort::runtime::analysis\n";
}

} // namespace cohort::config
