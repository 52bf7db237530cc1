#include "runtime/analysis/log_causes.hpp"

#include <doctest/doctest.h>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/log_signs.hpp"
#include "runtime/analysis/related_names.hpp"

namespace cohort::tests::log_causes_test {

using namespace cohort;
using namespace cohort::runtime::analysis;

namespace {

log_entry said(std::string file, uint32_t line, std::string message,
               std::string source = "", std::string option = "") {
  log_entry entry;
  auto& error = entry.diagnostic;
  error.set_severity(messages::v1::SEVERITY_ERROR);
  error.set_tool("log");
  error.mutable_location()->set_file(file);
  error.mutable_location()->set_line(line);
  error.set_message(std::move(message));
  error.set_option(std::move(option));
  entry.source_line = std::move(source);
  entry.unit = std::move(file);
  return entry;
}

log_entry linker(std::string symbol, uint32_t link) {
  auto entry = said("", 0, "undefined reference to '" + symbol + '\'');
  entry.diagnostic.set_tool("ld");
  entry.link = link;
  return entry;
}

/// How many causes the entries have.
size_t causes(std::vector<log_entry> entries) {
  return static_cast<size_t>(gather_log(std::move(entries)).groups_size());
}

} // namespace

TEST_CASE("a name that is missing is one cause, wherever it is missed") {
  CHECK(causes(
          {said("a.c", 3, "'count_of' undeclared (first use in this function)"),
           said("b.c", 9, "unknown type name 'count_of'")})
        == 1);
  CHECK(causes(
          {said("a.c", 3, "'count_of' undeclared (first use in this function)"),
           said("a.c", 9, "'size_of' undeclared (first use in this function)")})
        == 2);
  // Such are many variables' names.
  CHECK(
    causes({said("a.c", 3, "'ret' undeclared (first use in this function)"),
            said("b.c", 9, "'ret' undeclared (first use in this function)")})
    == 2);
  CHECK(causes({said("a.rs", 3, "unresolved import `crate::config::path_of`"),
                said("b.rs", 9, "unresolved import `crate::config::path_of`")})
        == 1);
}

TEST_CASE("names of one interface are missing together, in one file") {
  CHECK(
    causes({said("a.c", 3, "implicit declaration of function 'proc_create'"),
            said("a.c", 9, "implicit declaration of function 'drop_proc'")})
    == 1);
  CHECK(
    causes({said("a.c", 3, "implicit declaration of function 'proc_create'"),
            said("b.c", 9, "implicit declaration of function 'drop_proc'")})
    == 2);
}

TEST_CASE("related names") {
  auto related = [](std::string_view x, std::string_view y) {
    return are_related(name_parts{x}, name_parts{y});
  };
  CHECK(related("proc_create", "remove_proc_entry"));
  CHECK(related("AVCodecContext", "avcodec_open"));
  CHECK(related("GRP_S11_A7A3_VC", "GRP_S12_A7A3_VC"));
  CHECK(related("Dl_serinfo", "RTLD_DI_SERINFOSIZE"));
  CHECK_FALSE(related("tun_alloc", "decode_chan_alloc"));
  CHECK_FALSE(related("file_size", "list_size"));
  CHECK_FALSE(related("PathBuf", "File"));
  CHECK_FALSE(related("", "_"));
  CHECK(name_parts{std::string(100'000, '_') + "zebra"}.all.empty());
}

TEST_CASE("names that say what they are about in any file") {
  for (auto* name : {"count_of", "RSA", "Vec", "zebra"})
    CHECK(is_telling_name(name));
  for (auto* name : {"data", "ret", "s", "T", "", "value", "next"})
    CHECK_FALSE(is_telling_name(name));
}

TEST_CASE(
  "a file that is missing is one cause, and hides the rest of its units") {
  auto missing = [](std::string file) {
    return said(std::move(file), 3, "zlib.h: No such file or directory");
  };
  CHECK(causes({missing("a.c"), missing("b.c"),
                said("a.c", 9, "'x' was not declared in this scope"),
                said("c.c", 9, "too few arguments to function 'f'")})
        == 2);
}

TEST_CASE("notes that name one remedy, or one declaration, make one cause") {
  auto with_note = [](log_entry entry, std::string note, uint32_t line) {
    auto& added = *entry.diagnostic.add_notes();
    added.set_message(std::move(note));
    added.mutable_location()->set_file("n.h");
    added.mutable_location()->set_line(line);
    return entry;
  };
  auto header = "'x' is defined in header '<string>'";
  CHECK(
    causes({with_note(said("a.c", 3,
                           "'getline' undeclared (first use in this function)"),
                      header, 1),
            with_note(said("b.c", 9,
                           "'stoi' undeclared (first use in this function)"),
                      header, 2)})
    == 1);
  auto unset = [](uint32_t line) {
    return said("a.c", line, "'owner' may be used uninitialized", "",
                "-Wmaybe-uninitialized");
  };
  CHECK(causes({with_note(unset(3), "'owner' was declared here", 1),
                with_note(unset(9), "'owner' was declared here", 1)})
        == 1);
  CHECK(causes({with_note(unset(3), "'owner' was declared here", 1),
                with_note(unset(9), "'owner' was declared here", 7)})
        == 2);
}

TEST_CASE(
  "types that are only declared are one cause in a file, and not the names "
  "that are missing on their lines") {
  CHECK(
    causes(
      {said("a.c", 3, "field 'r' has incomplete type", " RSA r;"),
       said("a.c", 9, "dereferencing pointer to incomplete type 'RSA'"),
       said("a.c", 9, "'RSA_FLAG_SIGN' undeclared (first use in this function)",
            " r->flags |= RSA_FLAG_SIGN;")})
    == 2);
}

TEST_CASE(
  "what is about a variable whose declaration failed follows from that") {
  CHECK(causes({said("a.c", 3, "unknown type name 'T'", "  T *info = 0;"),
                said("a.c", 40,
                     "request for member 'size' in something not a "
                     "structure or union",
                     "  return info.size;")})
        == 1);
  CHECK(causes(
          {said("a.c", 3, "unknown type name 'T'", "  T *info = 0;"),
           said("a.c", 40, "too few arguments to function 'f'", "  f(other);")})
        == 2);
}

TEST_CASE(
  "syntax follows from what is right before it, and makes others follow") {
  CHECK(causes({said("a.cpp", 3, "'T': undeclared identifier"),
                said("a.cpp", 4, "missing ';' before identifier 'x'"),
                said("a.cpp", 9, "expected '}' at end of input")})
        == 1);
  CHECK(causes({said("a.cpp", 3, "'T': undeclared identifier"),
                said("b.cpp", 4, "missing ';' before identifier 'x'")})
        == 2);
}

TEST_CASE("an import that failed hides methods in its file") {
  auto import = said("a.rs", 3, "unresolved import `pairwise`");
  CHECK(causes({import, said("a.rs", 90,
                             "no method named `pairs` found for "
                             "struct `Vec` in the current scope")})
        == 1);
  CHECK(causes({import, said("b.rs", 90,
                             "no method named `pairs` found for "
                             "struct `Vec` in the current scope")})
        == 2);
}

TEST_CASE("a type that changed lacks members; a function is called as it was") {
  CHECK(causes({said("a.c", 3, "'struct S' has no member named 'old'"),
                said("b.c", 9, "'struct S' has no member named 'older'")})
        == 1);
  CHECK(causes({said("a.c", 3, "too few arguments to function 'int f(int)'"),
                said("b.c", 9, "too many arguments to function 'int f(int)'")})
        == 1);
  CHECK(causes({said("a.c", 3, "no member named 'older' in 'A'"),
                said("a.c", 9, "no member named 'newer' in 'B'")})
        == 2);
}

TEST_CASE(
  "installed headers that do not fit are one cause, their uses are many") {
  auto inside = [](uint32_t line) {
    return said("/usr/include/x.h", line,
                "invalid conversion from 'int' to 'T'");
  };
  CHECK(
    causes({inside(3), said("/usr/include/y.h", 9, "no match for 'f(int)'")})
    == 1);
  auto used = [&](uint32_t line) {
    auto entry = inside(3);
    entry.diagnostic.set_message("bad type 'T" + std::to_string(line) + "x'");
    entry.diagnostic.mutable_location()->set_byte_column(line);
    entry.used_at.set_file("a.cc");
    entry.used_at.set_line(line);
    return entry;
  };
  CHECK(causes({used(5), used(5)}) == 1);
}

TEST_CASE("of std, what one header declares is one cause in a file") {
  auto of_std = [](std::string file, uint32_t line, std::string name) {
    return said(std::move(file), line,
                "no member named '" + name + "' in namespace 'std'");
  };
  auto ifstream = of_std("a.cc", 3, "ifstream");
  CHECK(causes({ifstream, of_std("a.cc", 9, "ofstream")}) == 1);
  CHECK(causes({ifstream, of_std("a.cc", 9, "stack")}) == 2);
  CHECK(causes({ifstream, of_std("b.cc", 9, "ofstream")}) == 2);
  CHECK(causes({ifstream, of_std("b.cc", 9, "ifstream")}) == 1);
  CHECK(causes({ifstream, said("b.cc", 9,
                               "use of undeclared identifier "
                               "'ifstream'")})
        == 2);
}

TEST_CASE("members that a library's types lack are causes of their own") {
  auto lacks = [](uint32_t line, std::string member, std::string type) {
    return said("a.cc", line,
                "no member named '" + member + "' in '" + type + "'");
  };
  auto* vector = "std::vector<int>";
  CHECK(causes({lacks(3, "push", vector), lacks(9, "pop", vector)}) == 2);
  CHECK(causes({lacks(3, "push", vector), lacks(9, "push", vector)}) == 1);
  CHECK(causes({lacks(3, "push", vector), lacks(9, "push", "std::list<int>")})
        == 2);
  CHECK(causes({said("a.rs", 3,
                     "no method named `pairs` found for struct "
                     "`Vec<T>` in the current scope"),
                said("b.rs", 9,
                     "no method named `sum` found for struct "
                     "`Vec<T>` in the current scope")})
        == 2);
}

TEST_CASE("common names are one cause in their file, and scopes tell apart") {
  auto missing = [](std::string file, std::string name) {
    return said(std::move(file), 3,
                "'" + name + "' was not declared in this scope");
  };
  CHECK(causes({missing("a.cc", "data"), missing("b.cc", "data")}) == 2);
  auto again = missing("a.cc", "data");
  again.diagnostic.mutable_location()->set_line(90);
  CHECK(causes({missing("a.cc", "data"), again}) == 1);
  CHECK(causes({missing("a.cc", "lion::feed"), missing("b.cc", "wolf::feed")})
        == 2);
  CHECK(causes({missing("a.cc", "lion::feed"), missing("b.cc", "lion::feed")})
        == 1);
  CHECK(causes({said("a.cc", 3,
                     "request for member 'size' in 'zebra', which is "
                     "of non-class type 'int'"),
                said("b.cc", 3,
                     "request for member 'name' in 'zebra', which is "
                     "of non-class type 'int'")})
        == 2);
}

TEST_CASE("numbers of arguments say nothing, those of names do") {
  auto converts = [](std::string file, std::string from, std::string to) {
    return said(std::move(file), 3,
                "cannot convert '" + from + "' to '" + to + "'");
  };
  CHECK(
    causes({converts("a.cc", "vec2", "vec3"), converts("b.cc", "vec3", "vec4")})
    == 2);
  CHECK(
    causes({converts("a.cc", "vec2", "vec3"), converts("b.cc", "vec2", "vec3")})
    == 1);
  // Anybody may do so, anywhere.
  CHECK(causes({converts("a.cc", "int", "const char*"),
                converts("b.cc", "int", "const char*")})
        == 2);
  CHECK(causes({said("a.cc", 3, "operand 1 of 'zebra' is odd2"),
                said("b.cc", 3, "operand 2 of 'zebra' is odd2")})
        == 1);
}

TEST_CASE("functions of a library are called wrongly in one place each") {
  auto calls = [](std::string file, uint32_t line, std::string what) {
    return said(std::move(file), line,
                "no matching function for call to '" + what + "'");
  };
  CHECK(causes({calls("a.cc", 3, "std::vector<int>::push_back(char)"),
                calls("b.cc", 3, "std::vector<int>::push_back(int*)")})
        == 2);
  CHECK(causes({calls("a.cc", 3, "memcpy(int)"), calls("b.cc", 3, "memcpy(T)")})
        == 2);
  CHECK(causes({calls("a.cc", 3, "lion::feed(int)"),
                calls("b.cc", 3, "lion::feed(char)")})
        == 1);
  CHECK(causes({calls("a.cc", 3, "lion::feed(int)"),
                calls("b.cc", 3, "wolf::feed(int)")})
        == 2);
}

TEST_CASE("types that have nothing in common are only declared for a cause "
          "each") {
  auto uses = [](std::string file, uint32_t line, std::string type) {
    return said(std::move(file), line,
                "invalid use of incomplete type '" + type + "'");
  };
  CHECK(
    causes({uses("a.cc", 3, "struct zebra"), uses("a.cc", 30, "class lion")})
    == 2);
  CHECK(causes({uses("a.cc", 3, "struct zebra"), uses("b.cc", 3, "zebra")})
        == 1);
  CHECK(causes({uses("a.cc", 3, "struct RSA"), uses("a.cc", 30, "RSA_METHOD")})
        == 1);
  CHECK(causes({uses("a.cc", 3, "struct RSA"),
                said("a.cc", 30,
                     "aggregate 'zebra z' has incomplete type and "
                     "cannot be defined")})
        == 2);
}

TEST_CASE("each installed package is a cause of its own") {
  auto in = [](std::string package) {
    return said("/h/.cargo/registry/src/index/" + package + "/src/lib.rs", 3,
                "odd");
  };
  CHECK(causes({in("a-1.0"), in("a-1.0"), in("b-2.0")}) == 2);
  CHECK(package_of("/h/.cargo/registry/src/index/a-1.0/src/lib.rs")
        == "/h/.cargo/registry/src/index/a-1.0");
  CHECK(package_of("/usr/include/stdio.h").empty());
  CHECK(package_of("node_modules/") == "node_modules/");
}

TEST_CASE("symbols that one link misses are one cause") {
  CHECK(causes({linker("f", 0), linker("g", 0)}) == 1);
  CHECK(causes({linker("f", 0), linker("g", 1)}) == 2);
  CHECK(causes({linker("f", 0), linker("f", 1)}) == 1);
  CHECK(causes({linker("f(std::string)", 0), linker("g(std::string)", 1)})
        == 2);
  auto said_by_ld = [](std::string message, uint32_t link) {
    auto entry = linker("", link);
    entry.diagnostic.set_message(std::move(message));
    return entry;
  };
  auto failed = [&](std::string status, uint32_t link) {
    return said_by_ld("linking with `cc` failed: exit status: " + status, link);
  };
  CHECK(causes({linker("f", 0), failed("1", 0)}) == 1);
  CHECK(causes({failed("1", 0), failed("2", 1)}) == 2);
  CHECK(
    causes({said_by_ld("cannot find -lz", 0), said_by_ld("cannot find -lz", 1)})
    == 1);
  CHECK(
    causes({said_by_ld("cannot find -lz", 0), said_by_ld("cannot find -lm", 1)})
    == 2);
}

TEST_CASE("without errors the warnings are what the log is about") {
  auto warning = said("a.c", 3, "unused variable 'x'");
  warning.diagnostic.set_severity(messages::v1::SEVERITY_WARNING);
  CHECK(causes({warning}) == 1);
  CHECK(causes(
          {warning, said("b.c", 3,
                         "'count_of' undeclared (first use in this function)")})
        == 1);
  CHECK(causes({}) == 0);
}

TEST_CASE("repeats are votes of their units") {
  auto by = [](std::string unit) {
    auto entry = said("a.h", 3, "unknown type name 'T'");
    entry.unit = std::move(unit);
    return entry;
  };
  auto evidence = gather_log({by("b.c"), by("a.c"), by("b.c")});
  REQUIRE(evidence.diagnostics_size() == 1);
  CHECK(evidence.diagnostics(0).units_size() == 2);
  CHECK(evidence.diagnostics(0).units(0) == "a.c");
}

TEST_CASE("the cause is what the log has first") {
  auto evidence = gather_log(
    {said("b.c", 9, "'count_of' undeclared (first use in this function)"),
     said("a.c", 3, "'count_of' undeclared (first use in this function)")});
  REQUIRE(evidence.groups_size() == 1);
  CHECK(evidence.groups(0).cause().file() == "b.c");
  CHECK(evidence.groups(0).error_type() == "undeclared_name");
}

} // namespace cohort::tests::log_causes_test
