#include <algorithm>
#include <array>

#include "runtime/analysis/related_names.hpp"

namespace cohort::runtime::analysis {

namespace {

/// Parts of names that say nothing about where a name comes from.
bool is_common_part(std::string_view part) {
  constexpr auto common = std::to_array<std::string_view>({
    "alloc",   "args",     "array",   "async",   "base",    "begin",
    "buffer",  "build",    "call",    "check",   "class",   "clear",
    "close",   "code",     "config",  "context", "copy",    "count",
    "create",  "data",     "default", "delete",  "destroy", "device",
    "entry",   "enum",     "error",   "event",   "exit",    "file",
    "find",    "flag",     "flags",   "format",  "free",    "from",
    "func",    "function", "get",     "handle",  "handler", "header",
    "impl",    "index",    "info",    "init",    "input",   "item",
    "iter",    "kind",     "left",    "length",  "line",    "list",
    "load",    "lock",     "main",    "make",    "manager", "message",
    "method",  "mode",     "name",    "next",    "node",    "null",
    "number",  "object",   "offset",  "open",    "option",  "options",
    "other",   "output",   "param",   "params",  "parse",   "path",
    "point",   "pointer",  "prev",    "print",   "read",    "register",
    "release", "remove",   "result",  "return",  "right",   "self",
    "send",    "size",     "start",   "state",   "static",  "status",
    "stop",    "string",   "struct",  "system",  "temp",    "test",
    "text",    "thread",   "time",    "total",   "type",    "union",
    "unlock",  "update",   "user",    "value",   "vector",  "with",
    "write",
  });
  return std::binary_search(common.begin(), common.end(), part);
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

} // namespace

std::string_view c_header_of(std::string_view name) {
  struct header_names {
    std::string_view header;
    std::string_view names; // Each between blanks.
  };
  constexpr auto headers = std::to_array<header_names>({
    {"<limits.h>", " INT_MAX INT_MIN UINT_MAX LONG_MAX CHAR_BIT PATH_MAX "},
    {"<math.h>", " ceil cos exp fabs floor fmod log log10 log2 pow round sin "
                 "sqrt tan M_PI "},
    {"<stdint.h>", " int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t "
                   "uint64_t intptr_t uintptr_t "},
    {"<stdio.h>", " FILE fclose fgets fopen fprintf fputs fread fwrite perror "
                  "printf puts snprintf sprintf sscanf stderr stdin stdout "},
    {"<stdlib.h>", " abort atoi atof calloc exit free getenv malloc qsort rand "
                   "realloc srand strtol strtoul system "},
    {"<string.h>", " memcmp memcpy memmove memset strcat strchr strcmp strcpy "
                   "strdup strerror strlen strncmp strncpy strrchr strstr "},
    {"<unistd.h>", " access close dup2 execvp fork getpid getuid isatty lseek "
                   "pipe read rmdir sleep unlink usleep write "},
  });
  auto found = std::find_if(headers.begin(), headers.end(), [&](auto& row) {
    return row.names.find(' ' + std::string{name} + ' ') != row.names.npos;
  });
  return found == headers.end() ? std::string_view{} : found->header;
}

name_parts::name_parts(std::string_view name) {
  constexpr size_t letters_max = 128;
  constexpr size_t least = 3;
  name = name.substr(0, letters_max);
  std::vector<std::string> parts{""};
  std::string whole;
  auto is_camel = std::any_of(name.begin(), name.end(),
                              [](char c) { return c >= 'a' && c <= 'z'; });
  for (size_t i = 0; i < name.size(); ++i) {
    auto c = name[i];
    auto begins = is_camel && is_upper(c) && i > 0
                  && (!is_upper(name[i - 1])
                      || (i + 1 < name.size() && name[i + 1] >= 'a'
                          && name[i + 1] <= 'z'));
    if (c == '_' || begins)
      parts.emplace_back();
    if (c == '_')
      continue;
    auto lower = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    parts.back() += lower;
    whole += lower;
  }
  if (parts.size() > 1)
    parts.push_back(std::move(whole));
  for (auto& part : parts) {
    if (part.size() < least)
      continue;
    if (part.size() >= telling_letters && !is_common_part(part))
      telling.push_back(part);
    all.push_back(std::move(part));
  }
}

bool tell_the_same(std::string_view x, std::string_view y) {
  return x.starts_with(y) || y.starts_with(x);
}

bool are_related(const name_parts& x, const name_parts& y) {
  return std::any_of(x.telling.begin(), x.telling.end(), [&](auto& a) {
    return std::any_of(y.telling.begin(), y.telling.end(),
                       [&](auto& b) { return tell_the_same(a, b); });
  });
}

bool is_telling_name(std::string_view name) {
  constexpr size_t least_of_type = 3;
  if (!name.empty() && is_upper(name.front()))
    return name.size() >= least_of_type;
  return name.size() >= telling_letters && !is_common_part(name);
}

} // namespace cohort::runtime::analysis
