#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "config/file_problems.hpp"
#include "config/keys.hpp"
#include "config/problem.hpp"

namespace cohort::config {

/// Sets `known` of `owner` to a value of a document, or says what is wrong with
/// it there, at `path`.
template <class Owner>
void read_value(Owner& owner, const basic_key<Owner>& known, int line,
                const std::string& path, const YAML::Node& value,
                file_problems& problems) {
  auto is_word = [](auto item) { return item.IsScalar(); };
  std::vector<std::string> words;
  if (value.IsScalar() && !known.is_list)
    words.push_back(value.Scalar());
  else if (value.IsSequence() && known.is_list
           && std::all_of(value.begin(), value.end(), is_word))
    words = value.as<std::vector<std::string>>();
  else
    return problems.add(line, path,
                        [&] { return "expected " + known.allowed; });
  if (known.set(owner, words))
    return;
  std::string given;
  for (auto& word : words)
    given += (given.empty() ? "" : ", ") + word;
  if (known.is_list)
    given = '[' + given + ']';
  problems.add(line, path, [&] { return not_allowed(known.allowed, given); });
}

} // namespace cohort::config
