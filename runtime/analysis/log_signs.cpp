#include "runtime/analysis/log_signs.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "runtime/analysis/log_words.hpp"
#include "runtime/analysis/related_names.hpp"
#include "runtime/analysis/standard_headers.hpp"

namespace cohort::runtime::analysis {

namespace {

struct fault_of_type {
  std::string_view type;
  fault kind;
};

/// What the error types of config/error_types.yaml are. One that is not listed
/// is a wrong use.
constexpr auto faults = std::to_array<fault_of_type>({
  {"deprecated", fault::local},
  {"expected_token", fault::syntax},
  {"format_mismatch", fault::local},
  {"incomplete_type", fault::incomplete},
  {"linker", fault::link},
  {"linker_duplicate", fault::link},
  {"linker_undefined", fault::link},
  {"missing_include", fault::stopper},
  {"missing_namespace", fault::missing},
  {"missing_return", fault::local},
  {"missing_return_type", fault::syntax},
  {"missing_semicolon", fault::syntax},
  {"no_member", fault::member},
  {"other", fault::other},
  {"preprocessor", fault::stopper},
  {"single_colon", fault::syntax},
  {"unclosed_brace", fault::syntax},
  {"undeclared_name", fault::missing},
  {"uninitialized", fault::local},
  {"unknown_type", fault::missing},
  {"unterminated", fault::syntax},
  {"unused", fault::local},
});

fault kind_of(const pb::Diagnostic& error) {
  auto found = std::find_if(faults.begin(), faults.end(), [&](auto& row) {
    return row.type == error.error_type();
  });
  auto kind = found == faults.end() ? fault::use : found->kind;
  if (error.tool() == "ld")
    return fault::link;
  // What is a warning otherwise is about its place.
  auto is_promoted = error.option().starts_with("-W")
                     && error.error_type() == "other";
  return is_promoted ? fault::local : kind;
}

std::string place_key(std::string_view about, const pb::Location& at) {
  return std::string{about} + at.file() + ':' + std::to_string(at.line());
}

/// "argument 2 of 'vec2'" -> "argument  of 'vec2'": which argument it is says
/// nothing about what is wrong.
std::string without_numbers(std::string_view text,
                            const std::vector<std::string_view>& quoted) {
  auto is_quoted = [&](const char* at) {
    return std::any_of(quoted.begin(), quoted.end(), [&](auto part) {
      return at >= part.data() && at < part.data() + part.size();
    });
  };
  std::string result;
  auto in_name = false;
  for (auto& c : text) {
    auto is_number = c >= '0' && c <= '9' && !in_name && !is_quoted(&c);
    if (!is_number)
      result += c;
    in_name = !is_number && is_name_byte(c);
  }
  return result;
}

/// What the notes have in common with those of other errors.
void add_keys_of_notes(const pb::Diagnostic& error, log_signs& to) {
  auto add_remedy = [&](std::string_view text) {
    if (auto header = header_in(text); !header.empty())
      to.keys.push_back("include " + header);
    if (auto at = text.find("only available from C++"); at != text.npos)
      to.keys.push_back("standard " + std::string{text.substr(at + 20, 5)});
  };
  add_remedy(error.message());
  for (auto& note : error.notes()) {
    std::string_view text{note.message()};
    add_remedy(text);
    auto names_cause = text.find("declared here") != text.npos
                       || text.find("defined here") != text.npos
                       || text.find("forward declaration") != text.npos
                       || text.find("previous ") != text.npos;
    if (names_cause && note.location().line() > 0)
      to.keys.push_back(place_key("declared ", note.location()));
  }
}

/// What is called at the column of an error that doesn't name it.
std::string called_at(const log_entry& entry) {
  std::string_view line{entry.source_line};
  auto column = entry.diagnostic.location().byte_column();
  if (column == 0 || column > line.size())
    return "";
  auto call = line.substr(column - 1);
  auto open = call.find('(');
  return open == 0 || open == call.npos
           ? ""
           : std::string{without_scopes(callee_of(call))};
}

/// Finds the keys of one error.
class key_finder {
public:
  key_finder(const log_entry& entry, log_signs& to)
    : entry_{entry},
      message_{entry.diagnostic.message()},
      quoted_{quoted_parts(message_)},
      to_{to} {
    // nop
  }

  void add_keys() {
    switch (to_.kind) {
      case fault::stopper:
        add("file ", message_);
        break;
      case fault::member:
        if (auto owner = owner_of(message_, quoted_); !owner.empty())
          add_member_of(owner);
        else
          add_missing();
        break;
      case fault::missing:
        add_missing();
        break;
      case fault::incomplete:
        to_.symbol = without_scopes(
          incomplete_type(message_, quoted_, entry_.source_line));
        if (!to_.symbol.empty())
          add_name("incomplete ", to_.symbol);
        break;
      case fault::use:
      case fault::other:
        add_use();
        break;
      case fault::link:
        add_link();
        break;
      case fault::syntax:
      case fault::local:
        break;
    }
  }

private:
  void add(std::string_view about, std::string_view what) {
    to_.keys.push_back(std::string{about} + std::string{what});
  }

  /// What holds in this file only.
  void add_here(std::string_view about, std::string_view what) {
    add(about, entry_.diagnostic.location().file() + ": " + std::string{what});
  }

  /// Names that say nothing in other files are one cause in their own.
  void add_name(std::string_view about, std::string_view name) {
    if (is_telling_name(without_scopes(name)))
      add(about, name);
    else
      add_here(about, name);
  }

  void add_member_of(std::string_view owner) {
    auto name = missing_name(message_, quoted_);
    if (!is_library_type(owner)) {
      to_.symbol = owner; // Its declaration is not the one that is meant.
      add("name ", owner);
      return;
    }
    to_.symbol = without_scopes(name);
    add("member ",
        std::string{owner.substr(0, owner.find('<'))} + "::" + to_.symbol);
  }

  void add_missing() {
    auto name = missing_name(message_, quoted_);
    for (std::string_view scope : {"::", "crate::", "self::", "super::"})
      if (name.starts_with(scope))
        name.remove_prefix(scope.size());
    to_.symbol = without_scopes(name);
    if (to_.symbol.empty())
      return;
    if (is_of_std(message_, quoted_)) {
      add("name std::", to_.symbol);
      if (auto header = standard_header(to_.symbol); !header.empty())
        add_here("include ", header);
    } else if (to_.kind == fault::member) {
      add_here("name ", name);
    } else {
      add_name("name ", name);
    }
    if (auto header = c_header_of(to_.symbol); !header.empty())
      add("include ", header);
  }

  void add_use() {
    if (!quoted_.empty()) {
      auto is_argument = message_.starts_with("argument ")
                         || message_.starts_with("passing argument ");
      auto name = is_argument ? quoted_.back() : quoted_.front();
      if (name.find('(') != name.npos
          || message_.find("argument") != message_.npos)
        add_call(name);
      else if (names_something())
        add("said ", without_numbers(message_, quoted_));
    } else if (entry_.diagnostic.error_type() == "wrong_argument_count") {
      if (auto name = called_at(entry_); !name.empty())
        add_call(name);
    }
  }

  /// A function that changed is called wrongly in many files; one of a library
  /// did not change.
  void add_call(std::string_view what) {
    auto name = callee_of(what);
    while (name.starts_with('_')) // "_InterlockedExchange".
      name.remove_prefix(1);
    auto type = what.substr(0, what.find('('));
    auto is_signature = type.size() < what.size()
                        && type.find(' ') != type.npos;
    if (name.starts_with("std::"))
      return;
    if (!standard_header(name).empty() || !c_header_of(name).empty())
      add_here("call ", name);
    else
      add_name("call ", is_signature && !is_telling_name(without_scopes(name))
                          ? what
                          : name);
  }

  /// Whether the message is about more than the language and its library.
  [[nodiscard]] bool names_something() const {
    return std::any_of(quoted_.begin(), quoted_.end(), [](auto part) {
      auto names = identifiers(part);
      return std::any_of(names.begin(), names.end(), [](auto name) {
        return is_telling_name(name) && !is_built_in(name) && name != "std"
               && standard_header(name).empty() && c_header_of(name).empty();
      });
    });
  }

  void add_link() {
    add("link ", std::to_string(entry_.link));
    auto& type = entry_.diagnostic.error_type();
    if (message_.starts_with("cannot find -l")) {
      add("library ", message_);
    } else if (!quoted_.empty()
               && (type == "linker_undefined" || type == "linker_duplicate")) {
      auto symbol = quoted_.front();
      while (symbol.starts_with('_')) // Apple's.
        symbol.remove_prefix(1);
      add("symbol ", symbol);
    }
  }

  const log_entry& entry_;
  std::string_view message_;
  std::vector<std::string_view> quoted_;
  log_signs& to_;
};

/// "T x;", "T *x = 0;", "std::vector<T> x[2];", and, where T is what is
/// missing, "T x(int);": x.
std::vector<std::string> declared_names(std::string_view line,
                                        std::string_view missing) {
  std::vector<std::string> result;
  for (auto name : identifiers(line)) {
    auto begin = static_cast<size_t>(name.data() - line.data());
    auto before = line.substr(0, begin);
    auto after = line.substr(begin + name.size());
    before = before.substr(0, before.find_last_not_of(' ') + 1);
    after.remove_prefix(std::min(after.find_first_not_of(' '), after.size()));
    auto ends = after.starts_with(';') || after.starts_with('[')
                || (after.starts_with('=') && !after.starts_with("=="))
                || (after.starts_with('(') && !missing.empty()
                    && before.ends_with(missing));
    auto is_typed = before.size() < begin || before.ends_with('*')
                    || before.ends_with('&') || before.ends_with('>');
    if (ends && is_typed && !before.empty() && !before.ends_with("->")
        && (is_name_byte(before.back()) || before.ends_with('*')
            || before.ends_with('&') || before.ends_with('>')))
      result.emplace_back(name);
  }
  return result;
}

/// The variable before "->" or "." at the column of an error about its type.
std::optional<std::string> dereferenced(const log_entry& entry) {
  auto column = entry.diagnostic.location().byte_column();
  std::string_view line{entry.source_line};
  if (column == 0 || column > line.size())
    return std::nullopt;
  for (auto name : identifiers(line)) {
    auto begin = static_cast<size_t>(name.data() - line.data());
    auto end = begin + name.size();
    auto rest = line.substr(end);
    if (end + 2 >= column && begin <= column
        && (rest.starts_with("->") || rest.starts_with('.')))
      return std::string{name};
  }
  return std::nullopt;
}

} // namespace

std::string_view package_of(std::string_view file) {
  // ".cargo/registry/src/INDEX/PACKAGE/", "node_modules/PACKAGE/"
  for (auto [folder, depth] :
       {std::pair{"/registry/src/", 2}, std::pair{"node_modules/", 1},
        std::pair{"site-packages/", 1}}) {
    auto end = file.find(folder);
    if (end == file.npos)
      continue;
    end += std::string_view{folder}.size();
    for (int i = 0; i < depth && end != file.npos; ++i)
      end = file.find('/', end + 1);
    return file.substr(0, end);
  }
  return {};
}

bool is_foreign_file(std::string_view file) {
  constexpr auto folders = std::to_array<std::string_view>({
    "/usr/include/", "/usr/lib/",     "/usr/local/include/", "/include/c++/",
    "/mingw",        "/opt/",         "\\VC\\Tools\\",       "Windows Kits",
    "/.cargo/",      "/rustc/",       "node_modules",        "vcpkg",
    "/.conan",       "site-packages", "/nix/store/",         "/homebrew/",
    "/Cellar/",      "/MacOSX",       "/usr/src/linux",      "Microsoft Visual",
    "/bits/stl_",
  });
  return std::any_of(folders.begin(), folders.end(), [&](auto folder) {
    return file.find(folder) != file.npos;
  });
}

log_signs read_log_signs(const log_entry& entry) {
  auto& error = entry.diagnostic;
  log_signs result;
  result.kind = kind_of(error);
  result.place = error.location();
  if (entry.used_at.line() > 0 && !is_foreign_file(entry.used_at.file()))
    result.place = entry.used_at;
  result.is_foreign = is_foreign_file(result.place.file());
  key_finder{entry, result}.add_keys();
  if (result.kind != fault::link)
    add_keys_of_notes(error, result);
  // rustc knows of such variables, and says nothing.
  auto is_c = error.tool() != "rustc";
  if (is_c
      && (result.kind == fault::missing || result.kind == fault::member
          || result.kind == fault::incomplete))
    result.declares = declared_names(entry.source_line, result.symbol);
  if (auto name = dereferenced(entry); result.kind == fault::incomplete && name)
    result.declares.push_back(*name);
  return result;
}

} // namespace cohort::runtime::analysis
