#include "runtime/execution/includes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/toolchain/tokens.hpp"

namespace cohort::runtime::execution {

namespace {

using toolchain::line_begin;
using toolchain::line_end;
using toolchain::scan;
using toolchain::token;
using toolchain::token_kind;

struct header_names {
  std::string_view header;
  std::string_view names; // Each between two blanks.
};

/// Names that programs use without more: no members, no details.
constexpr std::array headers{
  header_names{"algorithm",
               " sort stable_sort find find_if find_if_not count count_if "
               "copy copy_if copy_n transform for_each all_of any_of none_of "
               "min max minmax min_element max_element reverse unique remove "
               "remove_if replace fill fill_n equal lower_bound upper_bound "
               "binary_search includes set_difference set_union "
               "set_intersection rotate partition stable_partition clamp "
               "nth_element partial_sort is_sorted generate shuffle search "
               "adjacent_find mismatch lexicographical_compare "},
  header_names{"any", " any any_cast bad_any_cast "},
  header_names{"array", " array to_array "},
  header_names{"atomic", " atomic atomic_bool atomic_int atomic_flag "
                         "memory_order memory_order_relaxed "},
  header_names{"bitset", " bitset "},
  header_names{"cassert", " assert "},
  header_names{"cctype", " isspace isalpha isdigit isalnum isupper islower "
                         "toupper tolower isprint ispunct isxdigit "},
  header_names{"cerrno", " errno ENOENT EINTR EINVAL "},
  header_names{"charconv", " from_chars to_chars "},
  header_names{"chrono", " chrono "},
  header_names{"climits", " INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN "
                          "CHAR_BIT LLONG_MAX "},
  header_names{"cmath", " sqrt pow floor ceil fabs sin cos tan exp log log2 "
                        "log10 round isnan isinf isfinite fmod hypot lround "},
  header_names{"complex", " complex "},
  header_names{"condition_variable", " condition_variable "
                                     "condition_variable_any cv_status "},
  header_names{"csignal", " signal raise SIGINT SIGTERM SIGSEGV sig_atomic_t "},
  header_names{"cstdarg", " va_list va_start va_end va_arg "},
  header_names{"cstddef", " size_t ptrdiff_t nullptr_t max_align_t byte "
                          "offsetof NULL "},
  header_names{"cstdint",
               " int8_t int16_t int32_t int64_t uint8_t uint16_t "
               "uint32_t uint64_t intptr_t uintptr_t intmax_t "
               "uintmax_t UINT32_MAX INT64_MAX UINT64_MAX SIZE_MAX "},
  header_names{"cstdio", " printf fprintf sprintf snprintf puts putchar fopen "
                         "fclose fread fwrite fgets fputs fflush FILE stdout "
                         "stderr stdin perror vsnprintf vprintf getchar "
                         "rename fseek ftell EOF "},
  header_names{"cstdlib", " malloc calloc realloc free exit abort getenv "
                          "atoi atol strtol strtoul strtod system rand srand "
                          "EXIT_SUCCESS EXIT_FAILURE qsort abs "},
  header_names{"cstring", " memcpy memmove memset memcmp strlen strcmp "
                          "strncmp strcpy strncpy strcat strchr strrchr "
                          "strstr strerror strdup "},
  header_names{"ctime", " time clock localtime gmtime strftime mktime "
                        "time_t tm "},
  header_names{"deque", " deque "},
  header_names{"exception", " exception terminate exception_ptr "
                            "current_exception rethrow_exception "
                            "make_exception_ptr "},
  header_names{"filesystem", " filesystem "},
  header_names{"forward_list", " forward_list "},
  header_names{"fstream", " ifstream ofstream fstream "},
  header_names{"functional",
               " function bind hash less greater reference_wrapper "
               "ref cref plus minus mem_fn placeholders not_fn "
               "equal_to "},
  header_names{"future", " future promise async packaged_task shared_future "},
  header_names{"initializer_list", " initializer_list "},
  header_names{"iomanip", " setw setfill setprecision put_time quoted "},
  header_names{"iostream", " cout cin cerr clog wcout "},
  header_names{"iterator", " back_inserter inserter front_inserter advance "
                           "distance next prev iterator_traits "
                           "istream_iterator ostream_iterator "
                           "istreambuf_iterator make_move_iterator "
                           "reverse_iterator "},
  header_names{"limits", " numeric_limits "},
  header_names{"list", " list "},
  header_names{"map", " map multimap "},
  header_names{"memory", " unique_ptr shared_ptr weak_ptr make_unique "
                         "make_shared enable_shared_from_this allocator "
                         "addressof default_delete "},
  header_names{"mutex", " mutex lock_guard unique_lock recursive_mutex "
                        "scoped_lock once_flag call_once timed_mutex "},
  header_names{"new", " bad_alloc nothrow launder "},
  header_names{"numeric", " accumulate iota inner_product partial_sum gcd lcm "
                          "reduce "},
  header_names{"optional", " optional nullopt make_optional nullopt_t "},
  header_names{"ostream", " ostream endl flush "},
  header_names{"queue", " queue priority_queue "},
  header_names{"random", " mt19937 random_device uniform_int_distribution "
                         "uniform_real_distribution mt19937_64 "
                         "bernoulli_distribution "},
  header_names{"ratio", " ratio milli micro nano "},
  header_names{"regex", " regex smatch cmatch regex_match regex_search "
                        "regex_replace "},
  header_names{"set", " set multiset "},
  header_names{"shared_mutex", " shared_mutex shared_lock "},
  header_names{"sstream", " stringstream ostringstream istringstream "},
  header_names{"stack", " stack "},
  header_names{"stdexcept", " runtime_error logic_error invalid_argument "
                            "out_of_range domain_error length_error "
                            "range_error overflow_error "},
  header_names{"string", " string wstring to_string stoi stol stoul stod "
                         "getline basic_string char_traits u16string "},
  header_names{"string_view", " string_view wstring_view "},
  header_names{"system_error", " error_code error_category system_error errc "
                               "generic_category error_condition "},
  header_names{"thread", " thread this_thread jthread "},
  header_names{"tuple", " tuple make_tuple tie forward_as_tuple tuple_size "
                        "tuple_element apply get ignore "},
  header_names{"type_traits",
               " enable_if enable_if_t is_same is_same_v is_base_of decay "
               "decay_t remove_reference remove_reference_t remove_const "
               "is_convertible is_integral conditional conditional_t true_type "
               "false_type integral_constant is_void is_pointer void_t "
               "underlying_type remove_cv add_const is_class invoke_result_t "},
  header_names{"typeinfo", " type_info bad_cast bad_typeid "},
  header_names{"typeindex", " type_index "},
  header_names{"unordered_map", " unordered_map unordered_multimap "},
  header_names{"unordered_set", " unordered_set unordered_multiset "},
  header_names{"utility", " pair make_pair move forward swap exchange declval "
                          "index_sequence make_index_sequence in_place "
                          "piecewise_construct as_const integer_sequence "},
  header_names{"variant", " variant visit holds_alternative get_if monostate "},
  header_names{"vector", " vector "},
};

struct include_line {
  size_t begin = 0;
  size_t next = 0; // Where the next line begins.
  std::string_view spelling;
};

std::optional<include_line> read_include(std::string_view content,
                                         const token& directive) {
  auto text = directive.in(content);
  text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  if (!text.starts_with("include"))
    return std::nullopt;
  auto open = text.find_first_of("<\"");
  if (open == std::string_view::npos)
    return std::nullopt;
  auto close = text.find(text[open] == '<' ? '>' : '"', open + 1);
  if (close == std::string_view::npos)
    return std::nullopt;
  auto end = line_end(content, directive.end);
  return include_line{line_begin(content, directive.begin),
                      std::min(end + 1, content.size()),
                      text.substr(open, close - open + 1)};
}

/// Those that every program of the file reads: outside of `#if`, apart from a
/// guard.
std::vector<include_line> include_lines(std::string_view content,
                                        const std::vector<token>& tokens) {
  std::vector<include_line> result;
  int depth = 0;
  auto is_guarded = false;
  for (auto& token : tokens) {
    if (token.kind != token_kind::directive)
      continue;
    auto text = token.in(content);
    auto word
      = text.substr(std::min(text.find_first_not_of("# \t"), text.size()));
    if (word.starts_with("if")) {
      is_guarded = is_guarded
                   || (depth == 0 && result.empty()
                       && word.starts_with("ifndef"));
      ++depth;
    } else if (word.starts_with("endif")) {
      --depth;
    }
    if (depth <= (is_guarded ? 1 : 0))
      if (auto line = read_include(content, token))
        result.push_back(*line);
  }
  return result;
}

std::string line_break_of(std::string_view content) {
  auto end = content.find('\n');
  return end != std::string_view::npos && end > 0 && content[end - 1] == '\r'
           ? "\r\n"
           : "\n";
}

/// Behind the first comment, `#pragma once` and an include guard.
size_t after_preamble(std::string_view content,
                      const std::vector<token>& tokens) {
  size_t at = 0;
  for (auto& token : tokens) {
    auto text = token.in(content);
    auto is_preamble = token.kind == token_kind::directive
                       && (text.starts_with("#pragma once")
                           || text.starts_with("#ifndef")
                           || text.starts_with("#define"));
    if (!is_preamble)
      return std::max(at, line_begin(content, token.begin));
    at = std::min(line_end(content, token.end) + 1, content.size());
  }
  return at;
}

} // namespace

std::string_view standard_header(std::string_view name) {
  auto word = ' ' + std::string{name} + ' ';
  for (auto& entry : headers)
    if (entry.names.find(word) != std::string_view::npos)
      return entry.header;
  return {};
}

bool has_include(std::string_view content, std::string_view spelling) {
  for (auto& token : scan(content))
    if (token.kind == token_kind::directive)
      if (auto line = read_include(content, token);
          line && line->spelling == spelling)
        return true;
  return false;
}

include_place place_include(std::string_view content, std::string_view spelling,
                            size_t use) {
  auto tokens = scan(content);
  auto lines = include_lines(content, tokens);
  include_place result;
  result.text = "#include " + std::string{spelling} + line_break_of(content);
  std::vector<include_line> same;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(same),
               [&](auto& line) { return line.spelling[0] == spelling[0]; });
  if (!same.empty()) {
    // The first block that it fits into.
    auto after = std::find_if(same.begin(), same.end(), [&](auto& line) {
      return line.spelling > spelling;
    });
    result.at = after == same.end() ? same.back().next : after->begin;
  } else if (!lines.empty()) {
    result.at = spelling[0] == '"' ? lines.front().begin : lines.back().next;
  }
  if (lines.empty() || result.at > use)
    result.at = after_preamble(content, tokens);
  if (result.at > 0 && content[result.at - 1] != '\n')
    result.text.insert(0, line_break_of(content));
  return result;
}

} // namespace cohort::runtime::execution
