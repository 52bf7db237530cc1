#pragma once

#include <string_view>

/// Which sources are tests themselves, as opposed to what is tested.
namespace cohort::runtime::toolchain {

/// Whether a path is that of a test: by a folder ("test", "tests", "unittest",
/// "unittests", "testing", "testsuite") or by its name ("x_test", "x_tests",
/// "x_unittest", "test_x", "test", "tests"), in any case, "XTest" or "XTests".
/// Relative to the workspace's root. Pure.
bool is_test_path(std::string_view path);

/// Whether a file is a test, or a part of one: by its path or, of a source that
/// is no header, because a line of `text` begins with a macro that defines a
/// test. Pure; linear in the text.
bool is_test_source(std::string_view path, std::string_view text);

/// Whether a macro defines a test, of GoogleTest, doctest, Catch2, Boost.Test
/// and others.
bool defines_test(std::string_view macro);

} // namespace cohort::runtime::toolchain
