#include "runtime/toolchain/compile_options.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace cohort::runtime::toolchain {

namespace {

using std::string_view;

constexpr std::array path_options{
  string_view{"-isystem"},  string_view{"-iquote"},  string_view{"-idirafter"},
  string_view{"-isysroot"}, string_view{"-include"}, string_view{"-imacros"},
  string_view{"-iprefix"},  string_view{"-I"},       string_view{"-F"},
  string_view{"-B"}};

constexpr std::array value_options{string_view{"-D"},
                                   string_view{"-U"},
                                   string_view{"-x"},
                                   string_view{"-o"},
                                   string_view{"-MF"},
                                   string_view{"-MT"},
                                   string_view{"-MQ"},
                                   string_view{"-MJ"},
                                   string_view{"-Xclang"},
                                   string_view{"-Xpreprocessor"},
                                   string_view{"-Xassembler"},
                                   string_view{"-Xlinker"},
                                   string_view{"-Xanalyzer"},
                                   string_view{"-mllvm"},
                                   string_view{"-target"},
                                   string_view{"-arch"},
                                   string_view{"--param"},
                                   string_view{"-L"},
                                   string_view{"-l"},
                                   string_view{"-T"},
                                   string_view{"-u"},
                                   string_view{"-z"},
                                   string_view{"-aux-info"},
                                   string_view{"-include-pch"},
                                   string_view{"-dumpdir"},
                                   string_view{"-dumpbase"},
                                   string_view{"--sysroot"},
                                   string_view{"-gcc-toolchain"},
                                   string_view{"-dependency-file"}};

/// Not for checks, as they are.
constexpr std::array output_options{
  string_view{"-c"},         string_view{"-S"},
  string_view{"-E"},         string_view{"-o"},
  string_view{"-M"},         string_view{"-MM"},
  string_view{"-MD"},        string_view{"-MMD"},
  string_view{"-MG"},        string_view{"-MP"},
  string_view{"-MV"},        string_view{"-MF"},
  string_view{"-MT"},        string_view{"-MQ"},
  string_view{"-MJ"},        string_view{"-H"},
  string_view{"-v"},         string_view{"-###"},
  string_view{"-pipe"},      string_view{"-Werror"},
  string_view{"--coverage"}, string_view{"-include-pch"},
  string_view{"-dumpdir"},   string_view{"-dumpbase"},
  string_view{"-aux-info"},  string_view{"-dependency-file"},
  string_view{"--"},         string_view{"-Wfatal-errors"},
  string_view{"-time"},      string_view{"-Wsystem-headers"},
  string_view{"-emit-llvm"}, string_view{"-fsyntax-only"}};

/// Not for checks, by how they start. "-g" is more than one option, all of them
/// about debug information.
constexpr std::array output_prefixes{string_view{"-fdiagnostics"},
                                     string_view{"-fmax-errors"},
                                     string_view{"-fno-diagnostics"},
                                     string_view{"-ferror-limit"},
                                     string_view{"-save-temps"},
                                     string_view{"-g"},
                                     string_view{"-fprofile"},
                                     string_view{"-ftest-coverage"},
                                     string_view{"-fcoverage"},
                                     string_view{"-fcolor-diagnostics"},
                                     string_view{"-fno-color-diag"},
                                     string_view{"-fansi-escape"},
                                     string_view{"-fcaret-diag"},
                                     string_view{"-fno-caret-diag"},
                                     string_view{"-fshow-"},
                                     string_view{"-fno-show-"},
                                     string_view{"-fmessage-length"},
                                     string_view{"-fcrash-diag"},
                                     string_view{"-fmodule-mapper"},
                                     string_view{"-fdeps-"},
                                     string_view{"-ftime-"},
                                     string_view{"-fsave-opt"},
                                     string_view{"-fcallgraph-info"},
                                     string_view{"-fstack-usage"},
                                     string_view{"-fdump-"},
                                     string_view{"-o"},
                                     string_view{"-MF"},
                                     string_view{"-MT"},
                                     string_view{"-MQ"},
                                     string_view{"-Wp,-M"}};

/// Language options that both families know, without "-f" and "no-".
constexpr std::array portable_language{string_view{"exceptions"},
                                       string_view{"rtti"},
                                       string_view{"signed-char"},
                                       string_view{"unsigned-char"},
                                       string_view{"short-enums"},
                                       string_view{"short-wchar"},
                                       string_view{"permissive"},
                                       string_view{"ms-extensions"},
                                       string_view{"openmp"},
                                       string_view{"PIC"},
                                       string_view{"pic"},
                                       string_view{"PIE"},
                                       string_view{"pie"},
                                       string_view{"builtin"},
                                       string_view{"freestanding"},
                                       string_view{"hosted"},
                                       string_view{"gnu-keywords"},
                                       string_view{"char8_t"},
                                       string_view{"operator-names"},
                                       string_view{"threadsafe-statics"},
                                       string_view{"strict-aliasing"},
                                       string_view{"strict-enums"},
                                       string_view{"wrapv"},
                                       string_view{"fast-math"},
                                       string_view{"finite-math-only"},
                                       string_view{"sized-deallocation"},
                                       string_view{"common"}};

constexpr std::array portable_machine{
  string_view{"sse"}, string_view{"ssse"}, string_view{"avx"},
  string_view{"fma"}, string_view{"bmi"},  string_view{"popcnt"},
  string_view{"aes"}, string_view{"f16c"}, string_view{"pclmul"},
  string_view{"mmx"}, string_view{"adx"},  string_view{"lzcnt"},
  string_view{"sha"}};

/// Warnings that GCC knows under the name that clang has for them.
constexpr std::array portable_warnings{string_view{"-Wall"},
                                       string_view{"-Wextra"},
                                       string_view{"-Wpedantic"},
                                       string_view{"-Wformat"},
                                       string_view{"-Wformat=2"},
                                       string_view{"-Wreturn-type"},
                                       string_view{"-Wshadow"},
                                       string_view{"-Wconversion"},
                                       string_view{"-Werror=format"},
                                       string_view{"-Werror=format-security"},
                                       string_view{"-Werror=return-type"}};

template <class Options>
bool is_one_of(const Options& options, string_view argument) {
  return std::find(options.begin(), options.end(), argument) != options.end();
}

template <class Options>
bool starts_with_one_of(const Options& options, string_view argument) {
  return std::any_of(options.begin(), options.end(),
                     [&](auto option) { return argument.starts_with(option); });
}

string_view file_name(string_view path) {
  return path.substr(path.rfind('/') + 1);
}

string_view extension(string_view path) {
  auto name = file_name(path);
  auto dot = name.rfind('.');
  return dot == string_view::npos || dot == 0 ? string_view{}
                                              : name.substr(dot);
}

bool is_portable_language(string_view name) {
  if (name.starts_with("no-"))
    name.remove_prefix(3);
  return is_one_of(portable_language, name) || name.starts_with("visibility")
         || name.starts_with("builtin-") || name.starts_with("template-depth")
         || name.starts_with("constexpr-depth");
}

bool is_portable_machine(string_view name) {
  if (name == "32" || name == "64" || name == "x32" || name.starts_with("arch=")
      || name.starts_with("cpu=") || name.starts_with("fpu=")
      || name.starts_with("float-abi="))
    return true;
  if (name.starts_with("no-"))
    name.remove_prefix(3);
  // "avx512f", and not "avx256-split-unaligned-load".
  return name.find('-') == string_view::npos
         && starts_with_one_of(portable_machine, name);
}

} // namespace

size_t program_index(const std::vector<std::string>& arguments) {
  size_t result = 0;
  while (result + 1 < arguments.size() && !arguments[result + 1].empty()
         && arguments[result + 1].front() != '-'
         && arguments[result + 1].front() != '@'
         && !is_input_file(arguments[result + 1]))
    ++result;
  return result;
}

bool is_clang_program(string_view program) {
  return file_name(program).find("clang") != string_view::npos;
}

bool is_c_unit(string_view unit) {
  return extension(unit) == ".c";
}

std::string c_driver(std::string program) {
  auto name = program.size() - file_name(program).size();
  for (auto [cxx, c] : {std::pair<string_view, string_view>{"clang++", "clang"},
                        {"g++", "gcc"},
                        {"c++", "cc"}}) {
    auto at = program.find(cxx, name);
    if (at != std::string::npos)
      return program.replace(at, cxx.size(), c);
  }
  return program;
}

bool takes_value(string_view option) {
  return is_one_of(value_options, option) || is_one_of(path_options, option);
}

bool is_for_output(string_view option) {
  return is_one_of(output_options, option)
         || starts_with_one_of(output_prefixes, option);
}

std::optional<joined_path> split_path_option(string_view argument) {
  for (auto option : path_options)
    if (argument.size() > option.size() && argument.starts_with(option)
        && option != "-isysroot" && option != "-iprefix")
      return joined_path{option, argument.substr(option.size())};
  return std::nullopt;
}

bool is_path_option(string_view option) {
  return is_one_of(path_options, option);
}

bool is_standard(string_view option) {
  return option.starts_with("-std=") || option.starts_with("--std=")
         || option == "-ansi";
}

bool is_portable(string_view option, bool to_clang) {
  if (option == "-x" || option == "-D" || option == "-U" || is_standard(option)
      || is_path_option(option) || split_path_option(option))
    return true;
  if (option.starts_with("-f"))
    return is_portable_language(option.substr(2));
  if (option.starts_with("-m"))
    return is_portable_machine(option.substr(2));
  if (option.starts_with("-W")) {
    // Both are silent about unknown "-Wno-x", GCC not about "-Wno-error=x".
    auto is_off = option.starts_with("-Wno-")
                  && !option.starts_with("-Wno-error=");
    return to_clang ? !option.starts_with("-Wa,") && !option.starts_with("-Wl,")
                    : is_off || is_one_of(portable_warnings, option);
  }
  return option.starts_with("-D") || option.starts_with("-U")
         || option.starts_with("-O") || option.starts_with("-pedantic")
         || option.starts_with("-nostd") || option.starts_with("--sysroot")
         || option == "-w" || option == "-pthread" || option == "-trigraphs"
         || option == "-undef";
}

bool is_input_file(string_view argument) {
  constexpr std::array endings{
    string_view{".c"},   string_view{".cc"},  string_view{".cp"},
    string_view{".cpp"}, string_view{".cxx"}, string_view{".c++"},
    string_view{".C"},   string_view{".CPP"}, string_view{".m"},
    string_view{".mm"},  string_view{".i"},   string_view{".ii"},
    string_view{".s"},   string_view{".S"},   string_view{".o"},
    string_view{".obj"}, string_view{".a"},   string_view{".so"},
    string_view{".h"},   string_view{".hh"},  string_view{".hpp"},
    string_view{".hxx"}, string_view{".cu"},  string_view{".cppm"},
    string_view{".ixx"}, string_view{".inl"}};
  return !argument.empty() && argument.front() != '-'
         && is_one_of(endings, extension(argument));
}

} // namespace cohort::runtime::toolchain
