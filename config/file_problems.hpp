#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.hpp"
#include "config/problem.hpp"

namespace cohort::config {

/// Collects the problems of one file. A file can have a hundred thousand; who
/// mends the first hundred wants no more.
class file_problems {
public:
  static constexpr size_t most = 100;

  explicit file_problems(std::string source) : source_{std::move(source)} {
    // nop
  }

  /// `text` is a function, so that what is not shown costs nothing.
  template <class Text>
  void add(int line, std::string_view path, Text text) {
    if (found_.size() < most)
      found_.push_back(
        {source_, line, path.empty() ? "" : shown(path), text()});
    else
      ++hidden_;
  }

  void move_to(std::vector<problem>& out) {
    std::stable_sort(found_.begin(), found_.end(),
                     [](auto& a, auto& b) { return a.line < b.line; });
    if (hidden_ > 0)
      found_.push_back({source_, 0, "",
                        std::to_string(hidden_)
                          + " more problems are not shown; mend these first"});
    out.insert(out.end(), found_.begin(), found_.end());
  }

private:
  std::string source_;
  std::vector<problem> found_;
  size_t hidden_ = 0;
};

} // namespace cohort::config
