#include <algorithm>
#include <string_view>
#include <vector>

#include "runtime/analysis/workload.hpp"
#include "runtime/decomposition/decompose.hpp"

namespace cohort::runtime::decomposition {

namespace {

enum class step : uint8_t {
  byte,       // That byte.
  any_byte,   // Except '/'.
  some_bytes, // Any number, none of them '/'.
  some_path,  // Any number of any bytes.
  no_folder,  // Begin of "**/": nothing, or into `in_folder`.
  in_folder,  // Any bytes up to and with a '/'.
};

struct token {
  step kind;
  char byte = 0;
};

std::vector<token> parse(std::string_view glob) {
  std::vector<token> result;
  for (size_t i = 0; i < glob.size();) {
    auto stars = std::min(glob.find_first_not_of('*', i), glob.size()) - i;
    if (stars == 0) {
      result.push_back({glob[i] == '?' ? step::any_byte : step::byte, glob[i]});
      ++i;
      continue;
    }
    auto begins_part = i == 0 || glob[i - 1] == '/';
    i += stars;
    if (stars == 1) {
      result.push_back({step::some_bytes});
    } else if (begins_part && i < glob.size() && glob[i] == '/') {
      result.push_back({step::no_folder});
      result.push_back({step::in_folder});
      ++i;
    } else {
      result.push_back({step::some_path});
    }
  }
  return result;
}

/// Follows all ways through the tokens at once: bytes x tokens, never more.
class matcher {
public:
  explicit matcher(std::string_view glob)
    : tokens_{parse(glob)}, names_{names_literally(glob)} {
    // nop
  }

  [[nodiscard]] bool matches(std::string_view path) const {
    std::vector<char> now(tokens_.size() + 1);
    std::vector<char> next(now.size());
    reach(now, 0);
    for (auto c : path) {
      if (c == '/' && now.back() && names_)
        return true; // Below a folder that the glob names.
      std::fill(next.begin(), next.end(), char{0});
      for (size_t i = 0; i < tokens_.size(); ++i)
        if (now[i])
          advance(next, i, c);
      now.swap(next);
    }
    return now.back();
  }

private:
  static bool names_literally(std::string_view glob) {
    auto slash = glob.rfind('/');
    auto last = slash == std::string_view::npos ? glob : glob.substr(slash + 1);
    return last.find_first_of("*?") == std::string_view::npos;
  }

  /// Marks `i` and what can be reached from there without a byte.
  void reach(std::vector<char>& states, size_t i) const {
    states[i] = 1;
    while (i < tokens_.size() && tokens_[i].kind != step::byte
           && tokens_[i].kind != step::any_byte
           && tokens_[i].kind != step::in_folder) {
      i += tokens_[i].kind == step::no_folder ? 2 : 1;
      states[i] = 1;
    }
  }

  void advance(std::vector<char>& next, size_t i, char c) const {
    switch (tokens_[i].kind) {
      case step::byte:
        if (c == tokens_[i].byte)
          reach(next, i + 1);
        return;
      case step::any_byte:
        if (c != '/')
          reach(next, i + 1);
        return;
      case step::some_bytes:
        if (c != '/')
          reach(next, i);
        return;
      case step::some_path:
        return reach(next, i);
      case step::no_folder:
        if (c != '/')
          reach(next, i + 1);
        return;
      case step::in_folder:
        next[i] = 1;
        if (c == '/')
          reach(next, i + 1);
        return;
    }
  }

  std::vector<token> tokens_;
  bool names_;
};

bool is_normal(std::string_view file) {
  if (file.empty() || file.find('\0') != std::string_view::npos)
    return false;
  for (;;) {
    auto slash = file.find('/');
    auto part = file.substr(0, slash);
    if (part.empty() || part == "." || part == "..")
      return false;
    if (slash == std::string_view::npos)
      return true;
    file.remove_prefix(slash + 1);
  }
}

bool matches(std::string_view glob, const std::string& file) {
  if (glob.rfind("./", 0) == 0)
    glob.remove_prefix(2);
  if (!glob.empty() && glob.back() == '/')
    glob.remove_suffix(1);
  return !glob.empty() && matcher{glob}.matches(file);
}

} // namespace

bool in_scope(const pb::Scope& scope, const std::string& file) {
  auto is_match = [&](const std::string& glob) { return matches(glob, file); };
  return is_normal(file)
         && (scope.include().empty()
             || std::any_of(scope.include().begin(), scope.include().end(),
                            is_match))
         && std::none_of(scope.exclude().begin(), scope.exclude().end(),
                         is_match);
}

bool is_header(const std::string& file) {
  return analysis::has_header_name(file);
}

} // namespace cohort::runtime::decomposition
