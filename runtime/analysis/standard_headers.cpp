#include "runtime/analysis/standard_headers.hpp"

#include <array>
#include <string>

namespace cohort::runtime::analysis {

namespace {

struct names_of_header {
  std::string_view header;
  std::string_view names; // Each between two blanks.
};

/// Names that programs use without more: no members, no details.
constexpr std::array standard_headers{
  names_of_header{
    "algorithm", " sort stable_sort find find_if find_if_not count count_if "
                 "copy copy_if copy_n transform for_each all_of any_of none_of "
                 "min max minmax min_element max_element reverse unique remove "
                 "remove_if replace fill fill_n equal lower_bound upper_bound "
                 "binary_search includes set_difference set_union "
                 "set_intersection rotate partition stable_partition clamp "
                 "nth_element partial_sort is_sorted generate shuffle search "
                 "adjacent_find mismatch lexicographical_compare "},
  names_of_header{"any", " any any_cast bad_any_cast "},
  names_of_header{"array", " array to_array "},
  names_of_header{"atomic", " atomic atomic_bool atomic_int atomic_flag "
                            "memory_order memory_order_relaxed "},
  names_of_header{"bitset", " bitset "},
  names_of_header{"cassert", " assert "},
  names_of_header{"cctype", " isspace isalpha isdigit isalnum isupper islower "
                            "toupper tolower isprint ispunct isxdigit "},
  names_of_header{"cerrno", " errno ENOENT EINTR EINVAL "},
  names_of_header{"charconv", " from_chars to_chars "},
  names_of_header{"chrono", " chrono "},
  names_of_header{"climits", " INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN "
                             "CHAR_BIT LLONG_MAX "},
  names_of_header{"cmath",
                  " sqrt pow floor ceil fabs sin cos tan exp log log2 "
                  "log10 round isnan isinf isfinite fmod hypot lround "},
  names_of_header{"complex", " complex "},
  names_of_header{"condition_variable", " condition_variable "
                                        "condition_variable_any cv_status "},
  names_of_header{"csignal",
                  " signal raise SIGINT SIGTERM SIGSEGV sig_atomic_t "},
  names_of_header{"cstdarg", " va_list va_start va_end va_arg "},
  names_of_header{"cstddef", " size_t ptrdiff_t nullptr_t max_align_t byte "
                             "offsetof NULL "},
  names_of_header{"cstdint",
                  " int8_t int16_t int32_t int64_t uint8_t uint16_t "
                  "uint32_t uint64_t intptr_t uintptr_t intmax_t "
                  "uintmax_t UINT32_MAX INT64_MAX UINT64_MAX SIZE_MAX "},
  names_of_header{"cstdio",
                  " printf fprintf sprintf snprintf puts putchar fopen "
                  "fclose fread fwrite fgets fputs fflush FILE stdout "
                  "stderr stdin perror vsnprintf vprintf getchar "
                  "rename fseek ftell EOF "},
  names_of_header{"cstdlib",
                  " malloc calloc realloc free exit abort getenv "
                  "atoi atol strtol strtoul strtod system rand srand "
                  "EXIT_SUCCESS EXIT_FAILURE qsort abs "},
  names_of_header{"cstring", " memcpy memmove memset memcmp strlen strcmp "
                             "strncmp strcpy strncpy strcat strchr strrchr "
                             "strstr strerror strdup "},
  names_of_header{"ctime", " time clock localtime gmtime strftime mktime "
                           "time_t tm "},
  names_of_header{"deque", " deque "},
  names_of_header{"exception", " exception terminate exception_ptr "
                               "current_exception rethrow_exception "
                               "make_exception_ptr "},
  names_of_header{"filesystem", " filesystem "},
  names_of_header{"forward_list", " forward_list "},
  names_of_header{"fstream", " ifstream ofstream fstream "},
  names_of_header{"functional",
                  " function bind hash less greater reference_wrapper "
                  "ref cref plus minus mem_fn placeholders not_fn "
                  "equal_to "},
  names_of_header{"future",
                  " future promise async packaged_task shared_future "},
  names_of_header{"initializer_list", " initializer_list "},
  names_of_header{"iomanip", " setw setfill setprecision put_time quoted "},
  names_of_header{"iostream", " cout cin cerr clog wcout "},
  names_of_header{"iterator", " back_inserter inserter front_inserter advance "
                              "distance next prev iterator_traits "
                              "istream_iterator ostream_iterator "
                              "istreambuf_iterator make_move_iterator "
                              "reverse_iterator "},
  names_of_header{"limits", " numeric_limits "},
  names_of_header{"list", " list "},
  names_of_header{"map", " map multimap "},
  names_of_header{"memory", " unique_ptr shared_ptr weak_ptr make_unique "
                            "make_shared enable_shared_from_this allocator "
                            "addressof default_delete "},
  names_of_header{"mutex", " mutex lock_guard unique_lock recursive_mutex "
                           "scoped_lock once_flag call_once timed_mutex "},
  names_of_header{"new", " bad_alloc nothrow launder "},
  names_of_header{"numeric",
                  " accumulate iota inner_product partial_sum gcd lcm "
                  "reduce "},
  names_of_header{"optional", " optional nullopt make_optional nullopt_t "},
  names_of_header{"ostream", " ostream endl flush "},
  names_of_header{"queue", " queue priority_queue "},
  names_of_header{"random", " mt19937 random_device uniform_int_distribution "
                            "uniform_real_distribution mt19937_64 "
                            "bernoulli_distribution "},
  names_of_header{"ratio", " ratio milli micro nano "},
  names_of_header{"regex", " regex smatch cmatch regex_match regex_search "
                           "regex_replace "},
  names_of_header{"set", " set multiset "},
  names_of_header{"shared_mutex", " shared_mutex shared_lock "},
  names_of_header{"sstream", " stringstream ostringstream istringstream "},
  names_of_header{"stack", " stack "},
  names_of_header{"stdexcept", " runtime_error logic_error invalid_argument "
                               "out_of_range domain_error length_error "
                               "range_error overflow_error "},
  names_of_header{"string", " string wstring to_string stoi stol stoul stod "
                            "getline basic_string char_traits u16string "},
  names_of_header{"string_view", " string_view wstring_view "},
  names_of_header{"system_error",
                  " error_code error_category system_error errc "
                  "generic_category error_condition "},
  names_of_header{"thread", " thread this_thread jthread "},
  names_of_header{"tuple", " tuple make_tuple tie forward_as_tuple tuple_size "
                           "tuple_element apply get ignore "},
  names_of_header{
    "type_traits",
    " enable_if enable_if_t is_same is_same_v is_base_of decay "
    "decay_t remove_reference remove_reference_t remove_const "
    "is_convertible is_integral conditional conditional_t true_type "
    "false_type integral_constant is_void is_pointer void_t "
    "underlying_type remove_cv add_const is_class invoke_result_t "},
  names_of_header{"typeinfo", " type_info bad_cast bad_typeid "},
  names_of_header{"typeindex", " type_index "},
  names_of_header{"unordered_map", " unordered_map unordered_multimap "},
  names_of_header{"unordered_set", " unordered_set unordered_multiset "},
  names_of_header{"utility",
                  " pair make_pair move forward swap exchange declval "
                  "index_sequence make_index_sequence in_place "
                  "piecewise_construct as_const integer_sequence "},
  names_of_header{"variant",
                  " variant visit holds_alternative get_if monostate "},
  names_of_header{"vector", " vector "},
};

} // namespace

std::string_view standard_header(std::string_view name) {
  auto word = ' ' + std::string{name} + ' ';
  for (auto& entry : standard_headers)
    if (entry.names.find(word) != std::string_view::npos)
      return entry.header;
  return {};
}

} // namespace cohort::runtime::analysis
