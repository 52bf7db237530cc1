#pragma once

#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "config/file_problems.hpp"
#include "config/settings.hpp"

namespace cohort::config {

/// Reads the sections whose entries a user names. An entry may start from what
/// cohort ships, which `adapter` names; its own keys win.
class entries_reader {
public:
  entries_reader(settings& values, file_problems& problems)
    : values_{values}, problems_{problems} {
    // nop
  }

  /// Returns false when there is no such section.
  bool read(const std::string& section, int line, const YAML::Node& value);

  /// What entries say of each other, once all are read.
  void check_relations();

private:
  struct place {
    int line;
    std::string path;
    std::string name; // What is named there.
  };

  template <class Entry>
  void read_section(const std::string& section, int line,
                    const YAML::Node& value, std::vector<Entry>& entries);
  template <class Entry>
  void read_entry(const std::string& path, int line, const YAML::Node& value,
                  Entry& entry);
  template <class Entry>
  void start_from(const std::string& section, const std::string& path,
                  const YAML::Node& adapter, Entry& entry);
  void check_entry(const executor_entry& entry, int line,
                   const std::string& path);
  void check_entry(const specialty_entry& entry, int line,
                   const std::string& path);
  void check_entry(const language_entry& entry, int line,
                   const std::string& path);
  void add(int line, const std::string& path, const std::string& text);

  settings& values_;
  file_problems& problems_;
  std::vector<place> tools_;     // Whose names stand in reports.
  std::vector<place> executors_; // That specialties name.
};

} // namespace cohort::config
