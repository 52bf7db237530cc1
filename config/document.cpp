#include "config/document.hpp"

#include <set>
#include <string>

#include "config/keys.hpp"
#include "config/problem.hpp"
#include "config/read_entries.hpp"
#include "config/read_value.hpp"

namespace cohort::config {

namespace {

class document_reader {
public:
  document_reader(settings& values, file_problems& problems)
    : values_{values}, problems_{problems}, entries_{values, problems} {
    // nop
  }

  void read_map(const YAML::Node& map, const std::string& prefix) {
    std::set<std::string> seen;
    for (auto item : map) {
      auto& name = item.first;
      auto line = line_of(name);
      if (!name.IsScalar()) {
        add(line, prefix, "a key must be a word");
        continue;
      }
      auto path = prefix.empty() ? name.Scalar() : prefix + '.' + name.Scalar();
      if (!seen.insert(name.Scalar()).second)
        add(line, path, "the key is given twice in its section");
      else
        read_item(line, path, name.Scalar(), item.second);
    }
  }

  void check_relations() {
    entries_.check_relations();
  }

private:
  void read_item(int line, const std::string& path, const std::string& name,
                 const YAML::Node& value) {
    // A dotted name would get around the check for keys given twice.
    auto is_dotted = name.find('.') != std::string::npos;
    auto* known = is_dotted ? nullptr : find_key(path);
    if (known)
      read_value(values_, *known, line, path, value, problems_);
    else if (!is_dotted && is_section(path))
      read_section(line, path, value);
    else if (!is_dotted && entries_.read(path, line, value))
      return;
    else if (find_key(path) || is_section(path))
      add(line, path, "expected nested keys, not dots between their parts");
    else
      problems_.add(line, path, [&] { return unknown_key(path); });
  }

  void read_section(int line, const std::string& path,
                    const YAML::Node& value) {
    if (value.IsMap())
      read_map(value, path);
    else if (!value.IsNull()) // All keys commented out is fine.
      add(line, path, "expected keys below it, not a value");
  }

  void add(int line, const std::string& path, const std::string& text) {
    problems_.add(line, path, [&] { return text; });
  }

  settings& values_;
  file_problems& problems_;
  entries_reader entries_;
};

} // namespace

int line_of(const YAML::Node& node) {
  return node.Mark().line + 1;
}

void read_document(const YAML::Node& document, settings& values,
                   file_problems& problems) {
  document_reader reader{values, problems};
  reader.read_map(document, "");
  reader.check_relations();
}

} // namespace cohort::config
